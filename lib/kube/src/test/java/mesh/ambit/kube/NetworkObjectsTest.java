package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.ServiceEntry.Resolution;
import org.junit.jupiter.api.Test;

class NetworkObjectsTest {
    @Test
    void gatewayKeepsListenersAndStatusAddresses() {
        Gateway gateway = (Gateway) one("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gate, namespace: shop}
                spec:
                  gatewayClassName: istio-waypoint
                  listeners:
                  - name: mesh
                    port: 15008
                    protocol: HBONE
                    hostname: "*.example"
                    tls: {mode: Terminate, options: {gateway.istio.io/tls-terminate-mode: ISTIO_MUTUAL}}
                    allowedRoutes:
                      kinds: [{kind: TLSRoute}, {group: x, kind: Y}]
                      namespaces:
                        from: Selector
                        selector:
                          matchLabels: {team: blue}
                          matchExpressions: [{key: env, operator: NotIn, values: [test]}]
                status:
                  addresses: [{value: odd}, {type: IPAddress, value: 10.0.0.1}]
                """);

        Gateway.Listener listener = gateway.listeners().getFirst();
        assertThat(gateway.gatewayClassName()).isEqualTo("istio-waypoint");
        assertThat(listener.tlsMode()).isEqualTo("Terminate");
        assertThat(listener.hostname()).isEqualTo("*.example");
        assertThat(listener.kinds())
                .containsExactly(
                        new Gateway.RouteKind("gateway.networking.k8s.io", "TLSRoute"),
                        new Gateway.RouteKind("x", "Y"));
        assertThat(requireNonNull(listener.selector()).matches(Map.of("team", "blue")))
                .isTrue();
        assertThat(requireNonNull(listener.selector()).matches(Map.of("team", "blue", "env", "test")))
                .isFalse();
        assertThat(gateway.addresses())
                .containsExactly(new Gateway.Address("", "odd"), new Gateway.Address(Gateway.Address.IP, "10.0.0.1"));
    }

    @Test
    void numbersStandForWordsWhereNobodyGuardsTheStore() {
        String entry = "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e}, spec: {hosts:"
                + " [a.example], ports: [{number: 80, name: http, protocol: HTTP}], resolution: 2}}";
        String peer = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: p},"
                + " spec: {mtls: {mode: 3}}}";
        String policy = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a},"
                + " spec: {action: 1, rules: [{}]}}";

        KubeYaml.Parsed stored =
                KubeYaml.parse(String.join("\n---\n", entry, peer, policy), "f.yaml", Reading.AS_STORED);

        assertThat(stored.problems()).isEmpty();
        assertThat(((ServiceEntry) stored.objects().get(0)).resolution()).isEqualTo(Resolution.DNS);
        assertThat(((PeerAuthentication) stored.objects().get(1)).mode()).isEqualTo(PeerAuthentication.Mode.STRICT);
        assertThat(((AuthorizationPolicy) stored.objects().get(2)).action()).isEqualTo(AuthorizationPolicy.Action.DENY);
        assertThat(KubeYaml.parse(entry, "f.yaml", Reading.CHECKED).problems()).isNotEmpty();
        assertThat(KubeYaml.parse(policy.replace("action: 1", "action: 9"), "f.yaml", Reading.AS_STORED)
                        .problems())
                .isNotEmpty();
    }

    @Test
    void serviceEntryTellsAnAbsentSelectorFromAnEmptyOne() {
        String entry = "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e}, spec: {hosts:"
                + " [a.example], ports: [{number: 80, name: http, protocol: HTTP}], resolution: DNS%s}}";

        ServiceEntry without = (ServiceEntry) one(entry.formatted(""));
        ServiceEntry empty = (ServiceEntry) one(entry.formatted(", workloadSelector: {}"));

        assertThat(without.workloadSelector()).isNull();
        assertThat(requireNonNull(empty.workloadSelector()).matchLabels()).isEmpty();
        assertThat(without.resolution()).isEqualTo(Resolution.DNS);
        assertThat(without.ports().getFirst().target()).isEqualTo(80);
    }

    @Test
    void numbersWithoutASignMayHaveAllTheirBits() {
        WorkloadEntry entry = (WorkloadEntry) one("{apiVersion: networking.istio.io/v1, kind: WorkloadEntry,"
                + " metadata: {name: e}, spec: {address: 10.0.0.1, weight: 4294967295, ports: {http: 9999}}}");

        assertThat(Integer.toUnsignedString(entry.endpoint().weight())).isEqualTo("4294967295");
        assertThat(entry.endpoint().ports()).isEqualTo(Map.of("http", 9999));
    }

    @Test
    void anIstioGatewayIsAnotherKind() {
        assertThat(KubeYaml.parse(
                                "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g}}",
                                "f.yaml",
                                Reading.CHECKED)
                        .objects())
                .isEmpty();
    }

    @Test
    void meshConfigReadsWhatIsUsedAndPassesOverTheRest() {
        MeshConfig.Parsed parsed = MeshConfig.parse("""
                rootNamespace: root
                accessLogFile: /dev/stdout
                discoverySelectors:
                - matchExpressions: [{key: mesh, operator: Exists}]
                serviceScopeConfigs:
                - servicesSelector: {matchLabels: {istio.io/global: "true"}}
                  scope: GLOBAL
                serviceEntryVisibility:
                  policies:
                  - visibility: NONE
                    matchingRules: [{hostnameSuffix: x}]
                  - visibility: NAMESPACE
                    matchingRules: [{namespaceSelector: {matchLabels: {zone: p}}}]
                """, "istio");

        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.config().rootNamespace()).isEqualTo("root");
        assertThat(parsed.config().trustDomain()).isNull();
        assertThat(parsed.config().scopes().getFirst().namespaces().matches(Map.of()))
                .isTrue();
        assertThat(parsed.config().visibilities())
                .as("a rule of an unknown sort never matches")
                .extracting(MeshConfig.VisibilityRule::visibility)
                .containsExactly(EntryVisibility.NAMESPACE);
        assertThat(parsed.config().discoverySelectors().getFirst().matches(Map.of("mesh", "")))
                .isTrue();
    }

    @Test
    void brokenMeshConfigIsAProblemOfItsObject() {
        String broken = "{apiVersion: v1, kind: ConfigMap, metadata: {name: istio}, data: {mesh: \"trustDomain: [\"}}";

        KubeYaml.Parsed parsed = KubeYaml.parse(broken, "f.yaml", Reading.AS_STORED);

        assertThat(parsed.objects()).isEmpty();
        assertThat(parsed.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("ConfigMap default/istio", "data.mesh"));
    }

    private static KubeObject one(String yaml) {
        KubeYaml.Parsed parsed = KubeYaml.parse(yaml, "f.yaml", Reading.CHECKED);
        assertThat(parsed.problems()).isEmpty();
        List<KubeObject> objects = parsed.objects();
        assertThat(objects).hasSize(1);
        return objects.getFirst();
    }
}
