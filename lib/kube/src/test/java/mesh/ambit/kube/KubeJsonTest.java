package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class KubeJsonTest {
    private static final String POD = """
            {"metadata": {"name": "web", "namespace": "shop", "uid": "u-1", "resourceVersion": "42",
                "labels": {"app": "web", "env": "prod", "image": "blue"},
                "annotations": {"ambient.istio.io/redirection": "enabled", "example.com/long": "…"},
                "managedFields": [{"manager": "kubelet", "fieldsV1": {"f:status": {}}}],
                "creationTimestamp": "2026-11-21T10:00:00Z"},
             "spec": {"serviceAccountName": "web", "nodeName": "n1", "volumes": [{"name": "x"}],
                "containers": [{"name": "app", "image": "a:1", "env": [{"name": "A", "value": "b"}],
                    "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}]}]},
             "status": {"phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}],
                "containerStatuses": [{"name": "app", "ready": true}],
                "conditions": [{"type": "Ready", "status": "True"}]}}
            """;

    @Test
    void sameObjectAsFromYaml() throws IOException {
        KubeJson.Item item = read(POD, Kind.POD);

        // YAML contains JSON, but a document says what it is.
        String document = POD.replaceFirst("\\{", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\",");
        Pod fromYaml = (Pod) KubeYaml.parse(document, "pod.yaml", Reading.AS_STORED)
                .objects()
                .getFirst();
        Pod fromJson = (Pod) requireNonNull(item.object());
        assertThat(fromJson.metadata().annotations()).isEqualTo(Map.of("ambient.istio.io/redirection", "enabled"));
        assertThat(new Pod(
                        fromJson.metadata().withAnnotations(fromYaml.metadata().annotations()),
                        fromJson.serviceAccountName(),
                        fromJson.nodeName(),
                        fromJson.hostNetwork(),
                        fromJson.containers(),
                        fromJson.initContainers(),
                        fromJson.status()))
                .isEqualTo(fromYaml);
        assertThat(item.resourceVersion()).isEqualTo("42");
        assertThat(item.key()).isEqualTo(new ObjectKey(Kind.POD, "shop", "web"));
    }

    @Test
    void userNamesAreNotTakenForFieldsToSkip() throws IOException {
        KubeObject object = requireNonNull(read(POD, Kind.POD).object());

        assertThat(object.metadata().labels()).containsEntry("env", "prod").containsEntry("image", "blue");
    }

    @Test
    void unreadableObjectHasKeyAndReason() throws IOException {
        KubeJson.Item item =
                read("{\"metadata\": {\"name\": \"a\", \"namespace\": \"b\"}, \"spec\": []}", Kind.SERVICE);

        assertThat(item.object()).isNull();
        assertThat(item.key()).isEqualTo(new ObjectKey(Kind.SERVICE, "b", "a"));
        assertThat(item.problems()).extracting(Problem::field).containsExactly("spec");
    }

    @Test
    void leavesTheParserBehindTheObject() throws IOException {
        KubeJson reader = new KubeJson();
        try (JsonParser json = new JsonFactory().createParser("[" + POD + "," + POD + "]")) {
            json.nextToken();
            json.nextToken();
            KubeJson.Item first = reader.read(json, Kind.POD);
            json.nextToken();
            KubeJson.Item second = reader.read(json, Kind.POD);

            assertThat(List.of(first, second)).containsOnly(first);
        }
    }

    @Test
    void nestingHasALimit() throws IOException {
        String deep = "{\"metadata\": {\"name\": \"a\"}, \"x\": " + "[".repeat(500) + "]".repeat(500) + "}";

        assertThat(read(deep, Kind.NAMESPACE).object()).isEqualTo(new Namespace(ObjectMeta.of("", "a")));
    }

    @Test
    void textWithoutObjectIsAFailureOfTheSource() {
        assertThatThrownBy(() -> read("7", Kind.POD)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read("{\"metadata\":", Kind.POD)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read("{}", Kind.POD)).hasMessageContaining("without a name");
    }

    private static KubeJson.Item read(String text, Kind kind) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(text)) {
            json.nextToken();
            return new KubeJson().read(json, kind);
        }
    }
}
