package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.kube.ObjectSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdvisorTest {
    private static final String POLICY = "apiVersion: security.istio.io/v1, kind: AuthorizationPolicy";
    private static final String PEER = "apiVersion: security.istio.io/v1, kind: PeerAuthentication";
    private static final String ENTRY =
            "apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop}, spec:";
    private static final String YOUNG = "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: young}]";
    private static final String SHOP = """
            {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}},
             spec: {containers: [{name: web, ports: [{name: http, containerPort: 80}]}]}, status: {podIP: 10.0.0.1}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop},
             spec: {clusterIP: 10.96.0.1, selector: {app: web}, ports: [{port: 80, targetPort: http}]}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: young, namespace: shop}}
            ---
            {apiVersion: security.istio.io/v1, kind: PeerAuthentication,
             metadata: {name: first, namespace: shop, creationTimestamp: '2026-01-01T00:00:00Z'}, spec: {}}
            ---
            """;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{%A, metadata: {name: p, namespace: shop}, spec: {selector: {matchLabels: {app: x}}}} | SELECTS_NOTHING | spec.selector",
                "{%A, metadata: {name: p, namespace: istio-system}, spec: {selector: {matchLabels: {app: x}}}} | SELECTS_NOTHING | spec.selector",
                "{%A, metadata: {name: p, namespace: shop}, spec: {selector: {}}} | EMPTY_SELECTOR | spec.selector",
                "{%A, metadata: {name: p, namespace: shop, labels: {istio.io/rev: other}}, spec: {}} | OTHER_REVISION | metadata.labels[istio.io/rev]",
                "{%A, metadata: {name: p, namespace: shop}, spec: {action: AUDIT}} | NOT_ENFORCED | spec.action",
                "{%A, metadata: {name: p, namespace: shop}, spec: {rules: [{to: [{operation: {paths: [/a]}}]}]}} | ENFORCED_OTHERWISE | spec.rules",
                "{%A, metadata: {name: p, namespace: shop}, spec: {targetRefs: [{kind: Service, name: x}]}} | TARGET_NOT_FOUND | spec.targetRefs[0]",
                "{%A, metadata: {name: p, namespace: shop}, spec: {targetRefs: [{kind: Service, name: web}]}} | TARGET_WITHOUT_WAYPOINT | spec.targetRefs[0]",
                "{%P, metadata: {name: p, namespace: shop, creationTimestamp: '2026-01-02T00:00:00Z'}, spec: {}} | SHADOWED | spec",
                "{%P, metadata: {name: p, namespace: istio-system}, spec: {selector: {matchLabels: {app: web}}}} | WITHOUT_EFFECT | spec.selector",
                "{%P, metadata: {name: p, namespace: shop}, spec: {selector: {matchLabels: {app: x}}}} | SELECTS_NOTHING | spec.selector",
                "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {selector: {app: x}}} | SELECTS_NOTHING | spec.selector",
                "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {selector: {app: web}, ports: [{port: 1, targetPort: no}]}} | PORT_NOT_FOUND | spec.ports[0].targetPort",
                "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio.io/use-waypoint: no}}} | WAYPOINT_NOT_FOUND | metadata.labels[istio.io/use-waypoint]",
                "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop, labels: {istio.io/use-waypoint: young}}, spec: {}} | WAYPOINT_NOT_READY | metadata.labels[istio.io/use-waypoint]",
                "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop, annotations: {networking.istio.io/exportTo: '.,b'}}, spec: {}} | EXPORT_NOT_FOLLOWED | metadata.annotations[networking.istio.io/exportTo]",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop}, spec: {hosts: [a.b], exportTo: [b]}} | EXPORT_NOT_FOLLOWED | spec.exportTo",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: d, namespace: shop}, spec: {host: web, exportTo: ['~']}} | WITHOUT_EFFECT | spec.exportTo",
                "{%V VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [a], http: [{match: [{port: 1}]}, {}, {match: [{port: 2}]}]}} | UNREACHABLE_RULE | spec.http[2]",
                "{%V VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [a], tcp: [{}, {}]}} | UNREACHABLE_RULE | spec.tcp[1]",
                "{%V DestinationRule, metadata: {name: d, namespace: shop}, spec: {host: web, workloadSelector: {}}} | EMPTY_SELECTOR | spec.workloadSelector",
                "{%V DestinationRule, metadata: {name: d, namespace: shop}, spec: {host: web, trafficPolicy: {loadBalancer: {localityLbSetting: {failoverPriority: [a]}}}}} | WITHOUT_EFFECT | spec.trafficPolicy.loadBalancer.localityLbSetting",
                "{apiVersion: telemetry.istio.io/v1, kind: Telemetry, metadata: {name: t, namespace: shop}, spec: {tracing: [{}, {}]}} | WITHOUT_EFFECT | spec.tracing",
                "{apiVersion: telemetry.istio.io/v1, kind: Telemetry, metadata: {name: t, namespace: shop}, spec: {tracing: [{providers: [{name: a}, {name: b}]}]}} | WITHOUT_EFFECT | spec.tracing[0].providers",
                "{%E {hosts: ['*a.b']}} | PARTIAL_WILDCARD | spec.hosts[0]",
                "{%E {hosts: [a.b], ports: [{number: 1, name: a, protocol: TCP}], resolution: NONE}} | ADDRESS_MISSING | spec.ports[0]",
                "{%E {hosts: [a.b], resolution: NONE, workloadSelector: {labels: {a: b}}}} | WITHOUT_EFFECT | spec.workloadSelector",
                "{%E {hosts: [a.b], resolution: STATIC, workloadSelector: {}}} | EMPTY_SELECTOR | spec.workloadSelector",
                "{%E {hosts: [a.b], resolution: STATIC, endpoints: [{network: n}]}} | ADDRESS_MISSING | spec.endpoints[0].address",
                "{%E {hosts: [a.b, c.d], addresses: [1.1.1.1], resolution: DNS, ports: [{number: 1, name: a, protocol: TLS}]}} | HOSTS_ALIKE | spec.ports[0]",
                "{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: w, namespace: shop}, spec: {network: n}} | ADDRESS_MISSING | spec.address",
                "{%A, metadata: {name: p, namespace: shop}, spec: {action: DENY, %Y, rules: [{to: [{operation: {paths: [/a]}}], from: [{source: {ipBlocks: [1.1.1.1]}}]}]}} | REFUSES_TCP | spec.rules[0]",
                "{%A, metadata: {name: p, namespace: shop}, spec: {action: DENY, %Y, rules: [{from: [{source: {requestPrincipals: [a]}}]}]}} | REFUSES_TCP | spec.rules[0]",
                "{apiVersion: security.istio.io/v1, kind: RequestAuthentication, metadata: {name: p, namespace: shop}, spec: {selector: {}}} | EMPTY_SELECTOR | spec.selector"
            })
    void whatDoesNotDoWhatItSeemsToIsSaid(String object, Advice.Code code, String field) {
        assertThat(about(SHOP
                        + object.replace("%A", POLICY)
                                .replace("%P", PEER)
                                .replace("%E", ENTRY)
                                .replace("%V", "apiVersion: networking.istio.io/v1, kind:")
                                .replace("%Y", YOUNG)))
                .singleElement()
                .satisfies(advice -> {
                    assertThat(advice.code()).isEqualTo(code);
                    assertThat(advice.field()).isEqualTo(field);
                    assertThat(advice.reason()).isNotBlank();
                });
    }

    @ParameterizedTest
    @CsvSource({
        "'[.]', EXPORT_NOT_FOLLOWED NOT_EXPORTED_TO_WAYPOINT",
        "'[., gates]', EXPORT_NOT_FOLLOWED",
        "'[\"*\"]', ''",
        "'[\"*\", b]', ''"
    })
    void waypointThatMayNotSeeWhatItIsForIsSaid(String names, String codes) {
        assertThat(about("""
                {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio.io/use-waypoint: gate,
                 istio.io/use-waypoint-namespace: gates}}}
                ---
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: gate, namespace: gates},
                 spec: {gatewayClassName: istio-waypoint}, status: {addresses: [{type: IPAddress, value: 10.0.0.9}]}}
                ---
                {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e, namespace: shop},
                 spec: {hosts: [a.b], exportTo: %s}}
                """.formatted(names)))
                .extracting(advice -> advice.code().name())
                .containsExactlyElementsOf(codes.isEmpty() ? List.of() : List.of(codes.split(" ", -1)));
    }

    @Test
    void aGoodShopNeedsNoAdvice() {
        assertThat(
                        about(
                                SHOP + "{" + POLICY
                                        + ", metadata: {name: p, namespace: shop}, spec: {selector: {matchLabels: {app: web}}, rules: [{}]}}"))
                .isEmpty();
    }

    @Test
    void whereNoWorkloadIsDeclaredSomebodyElseDoes() {
        assertThat(about("{" + POLICY
                        + ", metadata: {name: p, namespace: away}, spec: {selector: {matchLabels: {app: x}}}}"))
                .isEmpty();
    }

    private static List<Advice> about(String yaml) {
        ObjectSet objects = Objects.set(yaml);
        return Advisor.about(objects, MeshSettings.DEFAULT, AmbientIndex.compute(objects, MeshSettings.DEFAULT));
    }
}
