package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an API server refuses of its own objects is refused, with the field that is meant. */
class CoreAdmissionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ports: [{port: 80, name: A}] | ports[0].name",
                "ports: [{port: 80, appProtocol: 'a b'}] | ports[0].appProtocol",
                "ports: [{port: 80, targetPort: '80'}] | ports[0].targetPort",
                "ports: [{port: 80, targetPort: a--b}] | ports[0].targetPort",
                "ports: [{port: 80, name: a}, {port: 80, name: b}] | ports[1].port",
                "ports: [{port: 80}, {port: 81, name: b}] | ports[0].name",
                "ports: [{port: 80}], clusterIPs: [10.0.0.1] | clusterIPs",
                "ports: [{port: 80}], clusterIP: 10.0.0.1, clusterIPs: [10.0.0.2] | clusterIPs",
                "ports: [{port: 80}], clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 10.0.0.2] | clusterIPs",
                "ports: [{port: 80}], ipFamilies: [IPv4, IPv4] | ipFamilies",
                "ports: [{port: 80}], trafficDistribution: Near | trafficDistribution",
                "ports: [{port: 80}], sessionAffinity: Always | sessionAffinity",
                "type: ExternalName | externalName",
                "type: ExternalName, externalName: a.example, clusterIP: 10.0.0.1 | clusterIP",
            })
    void serviceIsRefused(String spec, String field) {
        assertThat(problems("v1, kind: Service", "spec: {" + spec + "}"))
                .extracting(Problem::field)
                .containsExactly("spec." + field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ports: [{port: 53, name: a, protocol: UDP}, {port: 53, name: b}]",
                "ports: [{port: 80, appProtocol: kubernetes.io/h2c, targetPort: 8080x}]",
                "ports: [{port: 80}], clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, 'fd00::1'], ipFamilies: [IPv4, IPv6]",
                "clusterIP: None, clusterIPs: [None]",
                "type: ExternalName, externalName: a.example., ports: [{port: 80}]",
            })
    void serviceIsTaken(String spec) {
        assertThat(problems("v1, kind: Service", "spec: {" + spec + "}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "endpoints: [{addresses: []}] | endpoints[0].addresses",
                "endpoints: [{addresses: [127.0.0.1]}] | endpoints[0].addresses[0]",
                "endpoints: [{addresses: [169.254.1.1]}] | endpoints[0].addresses[0]",
                "endpoints: [{addresses: ['::1']}] | endpoints[0].addresses[0]",
                "endpoints: [], ports: [{port: 1}, {port: 2}] | ports[1].name",
                "endpoints: [], ports: [{name: A}] | ports[0].name",
                "endpoints: [], ports: [{protocol: tcp}] | ports[0].protocol",
            })
    void sliceIsRefused(String rest, String field) {
        assertThat(problems("discovery.k8s.io/v1, kind: EndpointSlice", "addressType: IPv4, " + rest))
                .extracting(Problem::field)
                .containsExactly(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "containers: [{name: A}] | containers[0].name",
                "containers: [{name: a}], initContainers: [{name: a}] | initContainers[0].name",
                "containers: [{name: a, ports: [{containerPort: 1, name: b}, {containerPort: 2, name: b}]}]"
                        + " | containers[0].ports[1].name",
                "containers: [{name: a, ports: [{containerPort: 1, name: '1'}]}] | containers[0].ports[0].name",
            })
    void podIsRefused(String spec, String field) {
        assertThat(problems("v1, kind: Pod", "spec: {" + spec + "}"))
                .extracting(Problem::field)
                .containsExactly("spec." + field);
    }

    private static List<Problem> problems(String kind, String rest) {
        String text = "{apiVersion: %s, metadata: {name: n, namespace: ns}, %s}".formatted(kind, rest);
        return KubeYaml.parse(text, "f.yaml", Reading.CHECKED).problems();
    }
}
