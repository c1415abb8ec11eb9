package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the reference's admission refuses is refused, and what it takes is taken. */
class AdmissionTest {
    private static final String HTTP = "ports: [{number: 80, name: http, protocol: HTTP}]";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", endpoints: [{address: tcp}]",
                "hosts: [a.example], resolution: STATIC, " + HTTP
                        + ", endpoints: [{address: 1.1.1.1, ports: {tcp: 80}}]",
                "hosts: [a.example], resolution: DNS, " + HTTP
                        + ", endpoints: [{address: b.example, ports: {tcp: 80}}]",
                "hosts: [a.example], resolution: STATIC, endpoints: [{address: unix:///a}]",
                "hosts: [a.example], resolution: DNS, " + HTTP + ", endpoints: [{address: a_b.example}]",
                "hosts: [a.example], resolution: STATIC, ports: [{number: 80, name: h_p, protocol: HTTP}]",
                "hosts: [a.example], resolution: STATIC, ports: [{number: 80, name: a, protocol: HBONE}]",
                "hosts: [a_b.example], resolution: STATIC, " + HTTP,
                "hosts: ['*'], resolution: STATIC, " + HTTP,
                "hosts: [a.example], resolution: DNS, " + HTTP + ", endpoints: [{address: unix:///a}]",
                "hosts: [a.123], resolution: STATIC, " + HTTP,
                "hosts: ['*.example'], resolution: DNS, workloadSelector: {labels: {a: b}}, " + HTTP,
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", exportTo: ['*', b]",
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", exportTo: [., ns]",
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", exportTo: [a_b]",
                "hosts: [a.example], resolution: DNS, " + HTTP + ", endpoints: [{network: n}]",
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", endpoints: [{network: n, ports: {a_b: 1}}]",
            })
    void entryIsRefused(String spec) {
        assertThat(problems("networking.istio.io", "ServiceEntry", spec)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hosts: ['*-x.example', b.example., C.example], resolution: STATIC, " + HTTP,
                "hosts: [a.example], resolution: STATIC, ports: [{number: 80, name: HTTP, protocol: HTTP}]",
                "hosts: [a.example], resolution: STATIC, " + HTTP
                        + ", endpoints: [{address: 'fe80::1%e', ports: {http: 1}}]",
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", endpoints: [{address: unix:///a}]",
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", exportTo: ['~']",
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", endpoints: [{network: n}]",
                "hosts: [a.example], resolution: STATIC, " + HTTP + ", addresses: ['fe80::1%e']",
            })
    void entryIsTaken(String spec) {
        assertThat(problems("networking.istio.io", "ServiceEntry", spec)).isEmpty();
    }

    /** What a waypoint cannot do. */
    @ParameterizedTest
    @CsvSource({
        "w, MESH_INTERNAL, true",
        "None, MESH_INTERNAL, false",
        "'', MESH_INTERNAL, false",
        "w, MESH_EXTERNAL, false",
    })
    void hostsThatAreLookedUpByAWaypointAreOutside(String waypoint, String location, boolean refused) {
        String text =
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a, namespace: b, labels:"
                        + " {istio.io/use-waypoint: '" + waypoint
                        + "'}}, spec: {hosts: ['*.a.example'], resolution: DYNAMIC_DNS,"
                        + " location: " + location + ", " + HTTP + "}}";

        assertThat(KubeYaml.parse(text, "f.yaml", Reading.CHECKED).problems()).hasSize(refused ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hosts: [a], gateways: ['a '], http: [{route: [{destination: {host: b}}]}]",
                "hosts: [a], gateways: ['http://x'], http: [{route: [{destination: {host: b}}]}]",
                "hosts: [a], http: [{route: [{destination: {host: b, port: {}}}]}]",
                "hosts: [a], http: [{route: [{destination: {host: b, subset: ' v'}}]}]",
                "hosts: [a], http: [{route: [{destination: {host: '*'}}]}]",
                "hosts: [a], http: [{fault: {}, route: [{destination: {host: b}}]}]",
                "hosts: [a_b], http: [{route: [{destination: {host: b}}]}]",
                "hosts: [a], exportTo: ['~'], http: [{route: [{destination: {host: b}}]}]",
            })
    void virtualServiceIsRefused(String spec) {
        assertThat(problems("networking.istio.io", "VirtualService", spec)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hosts: ['*-x'], http: [{route: [{destination: {host: '*.b.example', subset: V2}}]}]",
                "hosts: [a], gateways: [ns/g, mesh], http: [{route: [{destination: {host: b, port: {number: 80}}}]}]",
                "hosts: [outbound_.80_._.a.b], gateways: [g], tls: [{match: [{sniHosts: [outbound_.80_._.a.b]}], route:"
                        + " [{destination: {host: b}}]}]",
                "hosts: [1.1.1.1], gateways: [g], http: [{route: [{destination: {host: b}}]}]",
            })
    void virtualServiceIsTaken(String spec) {
        assertThat(problems("networking.istio.io", "VirtualService", spec)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host: a, trafficPolicy: {}",
                "host: a_b",
                "host: a.123",
                "host: a, exportTo: ['*', b]",
                "host: a, subsets: [{name: 'a b'}]"
            })
    void destinationRuleIsRefused(String spec) {
        assertThat(problems("networking.istio.io", "DestinationRule", spec)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host: a, subsets: [{name: V2, labels: {a: b}}]",
                "host: a, exportTo: [.]",
                "host: a, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 4294967295}}"
            })
    void destinationRuleIsTaken(String spec) {
        assertThat(problems("networking.istio.io", "DestinationRule", spec)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AuthorizationPolicy: action: CUSTOM, provider: {}, rules: [{}]",
                "RequestAuthentication: targetRefs: [{kind: Pod, name: a}]",
                "RequestAuthentication: jwtRules: [{audiences: [a]}]",
                "RequestAuthentication: jwtRules: [{jwksUri: 'https://a:b/k'}]",
                "RequestAuthentication: jwtRules: [{jwksUri: 'https://a '}]",
                "RequestAuthentication: jwtRules: [{jwksUri: 'https://a b/k'}]",
                "RequestAuthentication: jwtRules: [{issuer: a, timeout: 1.0001s}]",
                "RequestAuthentication: jwtRules: [{issuer: a, jwks: 'keys: []'}]",
                "RequestAuthentication: jwtRules: [{issuer: a, jwks: '{\"keys\": [{\"kty\": \"RSA\"}]}'}]",
                "RequestAuthentication: jwtRules: [{issuer: a, outputClaimToHeaders: [{header: a.b, claim: c}]}]",
                "AuthorizationPolicy: selector: {matchLabels: {a: 'b*'}}",
                "PeerAuthentication: selector: {matchLabels: {a: b}}, portLevelMtls: {'080': {mode: STRICT}}",
                "PeerAuthentication: selector: {matchLabels: {a: b}}, portLevelMtls: {'0': {mode: STRICT}}",
                "AuthorizationPolicy: rules: [{when: [{key: source.trustDomain, values: ['a*b']}]}]",
                "AuthorizationPolicy: rules: [{when: [{key: source.trustDomain, notValues: ['*a*']}]}]",
                "AuthorizationPolicy: rules: [{when: [{key: 'experimental.foo[x]', values: [a]}]}]",
                "AuthorizationPolicy: rules: [{when: [{key: 'request.headers[]', values: [a]}]}]",
                "AuthorizationPolicy: rules: [{when: [{key: 'request.headers[a]b', values: [a]}]}]",
                "AuthorizationPolicy: rules: [{from: [{source: {trustDomains: [a/b]}}]}]",
                "AuthorizationPolicy: rules: [{from: [{source: {ipBlocks: ['fe80::1%e/64']}}]}]",
                "AuthorizationPolicy: rules: [{from: [{source: {ipBlocks: ['10.0.0.1%e']}}]}]",
                "AuthorizationPolicy: rules: [{from: [{source: {ipBlocks: ['fe80::1%']}}]}]",
            })
    void policyIsRefused(String text) {
        assertThat(policy(text)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RequestAuthentication: jwtRules: [{jwksUri: 'https://a.example/k'}]",
                "RequestAuthentication: jwtRules: [{issuer: a, jwksUri: 'Https://a.example/k'}]",
                "RequestAuthentication: targetRefs: [{kind: Service, name: a}]",
                "RequestAuthentication: jwtRules: [{jwksUri: 'https://a_b/k l?m=%'}]",
                "RequestAuthentication: jwtRules: [{issuer: a, jwks: '{\"keys\": null}'}]",
                "RequestAuthentication: jwtRules: [{issuer: a, jwks: '{\"kty\": \"oct\", \"k\": \"YWJj\"}'}]",
                "PeerAuthentication: selector: {matchLabels: {x y: -}}",
                "AuthorizationPolicy: rules: [{when: [{key: source.trustDomain, values: [a/b, '*', 'a*', '*a']}]}]",
                "AuthorizationPolicy: rules: [{when: [{key: 'experimental.envoy.filters.a[x]', values: [a]}]}]",
                "AuthorizationPolicy: rules: [{when: [{key: 'request.headers[a[b]]', values: [a]}]}]",
                "AuthorizationPolicy: action: DENY, rules: [{from: [{source: {ipBlocks: ['fe80::1%eth0']}}]}]",
                "AuthorizationPolicy: rules: [{to: [{operation: {ports: ['000000443']}}]}]",
            })
    void policyIsTaken(String text) {
        assertThat(policy(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tracing: [{providers: [{name: a}, {name: b}]}]", "tracing: [{}, {}]"})
    void telemetryIsTaken(String spec) {
        assertThat(problems("telemetry.istio.io", "Telemetry", spec)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tracing: [{providers: [{name: ''}]}]",
                "tracing: [{customTags: {'': {}}}]",
                "tracing: [{customTags: {a: {literal: {value: ''}}}}]",
                "metrics: [{overrides: [{tagOverrides: {a: {}}}]}]",
                "metrics: [{overrides: [{tagOverrides: {a: {operation: REMOVE, value: b}}}]}]",
                "metrics: [{overrides: [{match: {customMetric: ''}}]}]",
                "accessLogging: [{filter: {}}]",
                "accessLogging: [{filter: {expression: a b}}]",
            })
    void telemetryIsRefused(String spec) {
        assertThat(problems("telemetry.istio.io", "Telemetry", spec)).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PeerAuthentication | istio.io/dry-run: 'true' | CONFLICTING_FIELDS",
                "AuthorizationPolicy | istio.io/dry-run: 'maybe' | INVALID_VALUE",
                "AuthorizationPolicy | internal.istio.io/parents: a | INVALID_VALUE",
            })
    void annotationIsRefused(String kind, String annotation, ProblemCode code) {
        String text = "{apiVersion: security.istio.io/v1, kind: %s, metadata: {name: n, annotations: {%s}}, spec: {}}"
                .formatted(kind, annotation);
        assertThat(KubeYaml.parse(text, "f.yaml", Reading.CHECKED).problems())
                .extracting(Problem::code)
                .containsExactly(code);
    }

    @Test
    void addressWithoutATypeIsOneOfIp() {
        String spec =
                "gatewayClassName: istio, listeners: [{name: a, port: 80, protocol: HTTP}], addresses: [{value: %s}]";

        assertThat(problems("gateway.networking.k8s.io", "Gateway", spec.formatted("a")))
                .isNotEmpty();
        assertThat(problems("gateway.networking.k8s.io", "Gateway", spec.formatted("1.2.3.4")))
                .isEmpty();
    }

    private static List<Problem> policy(String text) {
        int colon = text.indexOf(':');
        return problems("security.istio.io", text.substring(0, colon), text.substring(colon + 1));
    }

    private static List<Problem> problems(String group, String kind, String spec) {
        String text = "{apiVersion: %s/v1, kind: %s, metadata: {name: n, namespace: ns}, spec: {%s}}"
                .formatted(group, kind, spec);
        return KubeYaml.parse(text, "f.yaml", Reading.CHECKED).problems();
    }
}
