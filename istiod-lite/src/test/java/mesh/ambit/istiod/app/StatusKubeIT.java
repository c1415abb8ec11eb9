package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import mesh.ambit.istiod.kube.api.ApiException;
import org.junit.jupiter.api.Test;

/** What objects are told of themselves, and what is refused, on a real API server and with the rights of the chart. */
@NeedsCluster
class StatusKubeIT extends KubeLab {
    private static final String GATEWAY_API = "/apis/gateway.networking.k8s.io/v1/namespaces/";

    @Test
    void objectsAreToldWhatBecomesOfThem() throws Exception {
        shop();
        cluster.apply("""
                {apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: bound, namespace: NS},
                 spec: {targetRefs: [{group: '', kind: Service, name: web}], rules: [{}]}}
                ---
                {apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: plain, namespace: NS},
                 spec: {rules: [{from: [{source: {namespaces: [x]}}]}]}}
                ---
                {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: wild, namespace: NS},
                 spec: {hosts: ['*.example.test'], resolution: DYNAMIC_DNS, ports: [{number: 80, name: http, protocol: HTTP}]}}
                ---
                {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: NS},
                 spec: {parentRefs: [{group: '', kind: Service, name: web}], rules: [{backendRefs: [{name: gone, port: 80}]}]}}
                ---
                {apiVersion: gateway.networking.k8s.io/v1, kind: TLSRoute, metadata: {name: t, namespace: NS},
                 spec: {hostnames: [web.test], parentRefs: [{group: '', kind: Service, name: web}],
                        rules: [{backendRefs: [{name: web, port: 80}]}]}}
                """.replace("namespace: NS", "namespace: " + namespace));
        try (ControllerLab _ = start("a")) {
            until("Service", web(), "istio.io/WaypointBound", "False/WaypointIsNotReady");
            until("policy", policy("bound"), "WaypointAccepted", "False/AncestorNotBound");
            until("policy at nodes", policy("plain"), "ZtunnelAccepted", "True/Accepted");
            until(
                    "entry",
                    "/apis/networking.istio.io/v1/namespaces/" + namespace + "/serviceentries/wild",
                    "istio.io/WaypointMissing",
                    "True/NoWaypointForWildcardService");
            ControllerLab.until(
                    "route", () -> route("httproutes/r", "ResolvedRefs").equals("False/BackendNotFound"));
            assertThat(route("httproutes/r", "Accepted")).isEqualTo("True/Accepted");
            ControllerLab.until(
                    "TLS route", () -> route("tlsroutes/t", "ResolvedRefs").equals("True/ResolvedRefs"));

            instance();

            until("Gateway", GATEWAY_API + namespace + "/gateways/way", "Programmed", "True/Programmed");
            until("Service", web(), "istio.io/WaypointBound", "True/WaypointAccepted");
            until("policy", policy("bound"), "WaypointAccepted", "True/Accepted");
            assertThat(cluster.find(GATEWAY_API + namespace + "/gateways/way")
                            .at("/status/listeners/0/attachedRoutes")
                            .asInt())
                    .as("routes of the mesh are attached to Services")
                    .isZero();

            cluster.admin.merge(
                    web(), KubeCluster.YAML.readTree("{metadata: {labels: {istio.io/use-waypoint: null}}}"));
            until("Service", web(), "istio.io/WaypointBound", "none");
            until("policy", policy("bound"), "WaypointAccepted", "False/AncestorNotBound");
        }
    }

    @Test
    void ofTwoControllersOneWritesAndTheOtherTakesOver() throws Exception {
        shop();
        try (ControllerLab first = start("a");
                ControllerLab _ = start("b")) {
            until("Service", web(), "istio.io/WaypointBound", "False/WaypointIsNotReady");
            String written = version();
            // Both have heard of this one after they had heard of the other.
            cluster.apply(service("later"));
            until(
                    "a later one",
                    "/api/v1/namespaces/" + namespace + "/services/later",
                    "istio.io/WaypointBound",
                    "False/WaypointIsNotReady");
            assertThat(version()).as("written once").isEqualTo(written);

            first.stop();
            instance();

            until("Service, by whoever is left", web(), "istio.io/WaypointBound", "True/WaypointAccepted");
        }
    }

    @Test
    void whatOthersWriteStaysAndWhatTheyWriteOfOursIsPutRight() throws Exception {
        shop();
        try (ControllerLab _ = start("a")) {
            until("Service", web(), "istio.io/WaypointBound", "False/WaypointIsNotReady");

            for (int i = 0; i < 10; i++) {
                cluster.admin.merge(
                        web() + "/status",
                        KubeCluster.YAML.readTree("{status: {conditions: [{type: example.test/Count, status: 'True',"
                                + " reason: Other, message: '" + i
                                + "', lastTransitionTime: '2026-01-01T00:00:00Z'}, {type: istio.io/WaypointBound,"
                                + " status: 'True', reason: Wrong, message: '',"
                                + " lastTransitionTime: '2026-01-01T00:00:00Z'}]}}"));
            }

            until("Service put right", web(), "istio.io/WaypointBound", "False/WaypointIsNotReady");
            assertThat(cluster.condition(web(), "example.test/Count")).isEqualTo("True/Other");
            assertThat(cluster.find(web()).path("status").toString()).contains("\"message\":\"9\"");
        }
    }

    @Test
    void invalidObjectIsRefusedByTheServerOnceWeHaveSeenThatItAsks() throws Exception {
        try (ControllerLab lab = start("a")) {
            cluster.apply("{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingWebhookConfiguration,"
                    + " metadata: {name: istio-validator-" + namespace + "}, webhooks: [{name: rev.validation.istio.io,"
                    + " clientConfig: {url: 'https://127.0.0.1:" + lab.running().httpsPort() + "/validate'},"
                    + " namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: " + namespace + "}},"
                    + " rules: [{apiGroups: [security.istio.io, networking.istio.io, telemetry.istio.io],"
                    + " apiVersions: ['*'], resources: ['*'], operations: [CREATE, UPDATE]}],"
                    + " failurePolicy: Ignore, sideEffects: None, admissionReviewVersions: [v1]}]}");
            String hook = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/istio-validator-"
                    + namespace;
            ControllerLab.until(
                    "the server to be seen asking",
                    () -> cluster.find(hook)
                            .at("/webhooks/0/failurePolicy")
                            .asText()
                            .equals("Fail"));

            assertThatThrownBy(() -> cluster.apply("{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy,"
                            + " metadata: {name: odd, namespace: " + namespace + "}, spec: {action: DENY}}"))
                    .isInstanceOf(ApiException.class)
                    .hasMessageContaining("denied the request")
                    .hasMessageContaining("spec.rules");
            cluster.apply("{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: good,"
                    + " namespace: " + namespace + "}, spec: {action: DENY, rules: [{}]}}");
        }
    }

    private void shop() throws IOException {
        cluster.apply(service("web"));
        cluster.apply("{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: way, namespace: "
                + namespace + "}, spec: {gatewayClassName: istio-waypoint,"
                + " listeners: [{name: mesh, port: 15008, protocol: HBONE}]}}");
    }

    private String service(String name) {
        return "{apiVersion: v1, kind: Service, metadata: {name: " + name + ", namespace: " + namespace
                + ", labels: {istio.io/use-waypoint: way}}, spec: {ports: [{port: 80}]}}";
    }

    /** Somebody is ready behind the waypoint's Service. */
    private void instance() throws IOException {
        cluster.apply("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: way-1, namespace: "
                + namespace + ", labels: {kubernetes.io/service-name: way,"
                + " gateway.networking.k8s.io/gateway-name: way}}, addressType: IPv4,"
                + " ports: [{name: mesh, port: 15008}], endpoints: [{addresses: [10.9.9.7]}]}");
    }

    private String web() {
        return "/api/v1/namespaces/" + namespace + "/services/web";
    }

    private String version() {
        return cluster.find(web()).at("/metadata/resourceVersion").asText();
    }

    private String policy(String name) {
        return "/apis/security.istio.io/v1/namespaces/" + namespace + "/authorizationpolicies/" + name;
    }

    private void until(String what, String path, String type, String expected) {
        ControllerLab.until(
                what + ": " + type + " " + expected,
                () -> cluster.condition(path, type).equals(expected));
    }

    private String route(String route, String type) {
        return KubeCluster.condition(
                cluster.find(GATEWAY_API + namespace + "/" + route).at("/status/parents/0/conditions"), type);
    }
}
