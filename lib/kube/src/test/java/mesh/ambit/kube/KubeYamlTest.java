package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.AuthorizationPolicy.Action;
import mesh.ambit.kube.AuthorizationPolicy.Values;
import mesh.ambit.kube.PeerAuthentication.Mode;
import mesh.ambit.kube.Service.TargetPort;
import org.junit.jupiter.api.Test;

class KubeYamlTest {
    @Test
    void podIsReadWithAllThatMatters() {
        Pod pod = (Pod) one("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: web-1
                  namespace: shop
                  uid: u-1
                  generateName: web-
                  creationTimestamp: 2026-03-01T00:00:00Z
                  deletionTimestamp: "2026-03-01T01:00:00+01:00"
                  labels: {app: web, empty: ""}
                  annotations: {note: "5"}
                  ownerReferences:
                  - {apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, uid: o-1, controller: true}
                spec:
                  serviceAccountName: web
                  nodeName: node-a
                  hostNetwork: true
                  containers:
                  - name: main
                    image: web:1
                    ports:
                    - {name: http, containerPort: 8080, protocol: TCP}
                  initContainers:
                  - {name: helper, restartPolicy: Always}
                status:
                  phase: Running
                  podIP: 10.0.0.1
                  podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]
                  conditions:
                  - {type: Initialized, status: "True"}
                  - {type: Ready, status: "True"}
                """);

        assertThat(pod.key()).hasToString("Pod shop/web-1");
        assertThat(pod.metadata().labels()).isEqualTo(Map.of("app", "web", "empty", ""));
        assertThat(pod.metadata().creationTimestamp()).isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
        assertThat(pod.metadata().deletionTimestamp()).isEqualTo(Instant.parse("2026-03-01T00:00:00Z"));
        assertThat(pod.metadata().ownerReferences())
                .containsExactly(new OwnerReference("ReplicaSet", "web-abc", "o-1", true));
        assertThat(pod.serviceAccountName()).isEqualTo("web");
        assertThat(pod.hostNetwork()).isTrue();
        assertThat(pod.containers())
                .containsExactly(new Pod.Container("main", "", List.of(new Pod.ContainerPort("http", 8080, "TCP"))));
        assertThat(pod.initContainers()).containsExactly(new Pod.Container("helper", "Always", List.of()));
        assertThat(pod.status()).isEqualTo(new Pod.Status("Running", "10.0.0.1", List.of("10.0.0.1", "fd00::1"), true));
    }

    @Test
    void serviceTellsAbsentFromEmpty() {
        Service service = (Service) stored("""
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec:
                  clusterIP: None
                  selector: {app: web}
                  publishNotReadyAddresses: true
                  ports:
                  - {name: a, port: 80, targetPort: http}
                  - {name: b, port: 81, targetPort: 8081, appProtocol: ""}
                  - {name: c, port: 82, protocol: UDP}
                """);

        assertThat(service.isHeadless()).isTrue();
        assertThat(service.ports())
                .containsExactly(
                        new Service.Port("a", "", null, 80, new TargetPort.Named("http")),
                        new Service.Port("b", "", "", 81, new TargetPort.Numbered(8081)),
                        new Service.Port("c", "UDP", null, 82, null));
    }

    @Test
    void endpointSliceTellsAbsentFromEmpty() {
        EndpointSlice slice = (EndpointSlice) stored("""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: web-1
                  labels: {kubernetes.io/service-name: web}
                addressType: IPv4
                endpoints:
                - addresses: [10.0.0.1]
                  conditions: {ready: false}
                - addresses: [10.0.0.2]
                  targetRef: {kind: Pod, namespace: default, name: p, uid: u}
                ports:
                - {name: "", port: 80, protocol: TCP}
                - {}
                """);

        assertThat(slice.serviceName()).isEqualTo("web");
        assertThat(slice.endpoints())
                .containsExactly(
                        new EndpointSlice.Endpoint(List.of("10.0.0.1"), false, null),
                        new EndpointSlice.Endpoint(
                                List.of("10.0.0.2"), null, new EndpointSlice.TargetRef("Pod", "default", "p", "u")));
        assertThat(slice.ports())
                .containsExactly(new EndpointSlice.Port("", 80, "TCP"), new EndpointSlice.Port(null, null, null));
    }

    @Test
    void policiesOfBothVersionsAreRead() {
        KubeYaml.Parsed parsed = parse("""
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: only-orders, namespace: shop}
                spec:
                  selector: {matchLabels: {app: payments}}
                  action: DENY
                  rules:
                  - from: [{source: {principals: [a], notNamespaces: [b]}}]
                    to: [{operation: {ports: ["80"], methods: [GET]}}]
                    when: [{key: source.ip, values: [10.0.0.0/8]}]
                ---
                apiVersion: security.istio.io/v1beta1
                kind: PeerAuthentication
                metadata: {name: strict, namespace: shop}
                spec:
                  selector: {matchLabels: {app: payments}}
                  mtls: {mode: STRICT}
                  portLevelMtls: {8080: {mode: DISABLE}, "9090": {}}
                """);

        assertThat(parsed.problems()).isEmpty();
        AuthorizationPolicy policy = (AuthorizationPolicy) parsed.objects().get(0);
        assertThat(policy.action()).isEqualTo(Action.DENY);
        assertThat(policy.selector()).isEqualTo(new WorkloadSelector(Map.of("app", "payments")));
        AuthorizationPolicy.Rule rule = policy.rules().getFirst();
        assertThat(rule.from().getFirst().principals()).isEqualTo(new Values(List.of("a"), List.of()));
        assertThat(rule.from().getFirst().namespaces()).isEqualTo(new Values(List.of(), List.of("b")));
        assertThat(rule.to().getFirst().methods().any()).containsExactly("GET");
        assertThat(rule.when().getFirst().key()).isEqualTo("source.ip");
        PeerAuthentication peer = (PeerAuthentication) parsed.objects().get(1);
        assertThat(peer.mode()).isEqualTo(Mode.STRICT);
        assertThat(peer.portLevelMtls()).isEqualTo(Map.of(8080, Mode.DISABLE, 9090, Mode.UNSET));
    }

    @Test
    void selectorsMayBeAbsentOrEmpty() {
        assertThat(peer("{}").selector()).isNull();
        assertThat(peer("{selector: {}}").selector()).isEqualTo(new WorkloadSelector(Map.of()));
        assertThat(peer("{selector: {matchLabels: {}}}").selector()).isEqualTo(new WorkloadSelector(Map.of()));
    }

    @Test
    void listsAreUnpacked() {
        KubeYaml.Parsed parsed = parse("""
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: Namespace, metadata: {name: shop}}
                - {apiVersion: v1, kind: Node, metadata: {name: node-a}}
                """);

        assertThat(parsed.objects())
                .extracting(KubeObject::key)
                .map(ObjectKey::toString)
                .containsExactly("Namespace shop", "Node node-a");
    }

    @Test
    void otherKindsArePassedOver() {
        KubeYaml.Parsed parsed = parse("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                ---
                apiVersion: serving.knative.dev/v1
                kind: Service
                metadata: {name: web}
                ---
                apiVersion: v1
                kind: Secret
                data: {a: 1}
                """);

        assertThat(parsed.objects()).isEmpty();
        assertThat(parsed.problems()).isEmpty();
    }

    @Test
    void objectsWithoutANamespaceAreInTheDefaultOne() {
        assertThat(one("{apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}")
                        .key())
                .hasToString("ServiceAccount default/web");
        assertThat(one("{apiVersion: v1, kind: Node, metadata: {name: a, namespace: b}}")
                        .key())
                .hasToString("Node a");
    }

    @Test
    void oneBrokenObjectDoesNotHideTheOthers() {
        KubeYaml.Parsed parsed = parse("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: web, namespace: shop}
                spec: {ports: [{port: http}]}
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: bank}
                """);

        assertThat(parsed.objects()).hasSize(2);
        assertThat(parsed.problems())
                .extracting(Problem::message)
                .containsExactly(
                        "f.yaml:8:23: Service shop/web: spec.ports[0].port: the text \"http\" stands where a whole"
                                + " number belongs [WRONG_TYPE]");
    }

    private static PeerAuthentication peer(String spec) {
        return (PeerAuthentication)
                one("{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}, spec: " + spec
                        + "}");
    }

    private static KubeObject one(String text) {
        KubeYaml.Parsed parsed = parse(text);
        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.objects()).hasSize(1);
        return parsed.objects().getFirst();
    }

    private static KubeObject stored(String text) {
        KubeYaml.Parsed parsed = KubeYaml.parse(text, "f.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.objects()).hasSize(1);
        return parsed.objects().getFirst();
    }

    private static KubeYaml.Parsed parse(String text) {
        return KubeYaml.parse(text, "f.yaml", Reading.CHECKED);
    }
}
