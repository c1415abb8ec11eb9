package mesh.ambit.ztunnel.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.StringMatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is accepted and refused here was tried with the reference program on the same texts. */
class LocalMeshTest {
    private static final String WORKLOAD = "workloads: [{uid: u, namespace: d, workloadIps: [10.0.0.1], services: {}";
    private static final String SERVICE = "services: [{name: a, namespace: n, hostname: h, ports: {80: 0}";
    private static final String POLICY =
            "policies: [{name: p, namespace: n, scope: Global, action: Allow, dryRun: false, rules: ";

    @Test
    void aFileBecomesTheObjectsThatTheControlPlaneWouldSend() throws LocalFileException {
        LocalMesh mesh = LocalMesh.parse("""
                policies:
                - {name: p, namespace: n, scope: WorkloadSelector, action: Deny, dryRun: true, rules: [[[
                    {principals: [!Exact a, !Prefix b, !Suffix c], notPrincipals: [!Presence []],
                     sourceIps: [10.0.0.0/8], destinationPorts: [80], notServiceAccounts: [{namespace: n, serviceAccount: s}]}]]]}
                services:
                - {name: web, namespace: shop, hostname: web.shop, vips: [/10.1.0.1, other/10.1.0.2],
                   cidrVips: [{network: "", cidr: 10.2.0.0/16}], ports: {80: 8080}, canonical: true,
                   waypoint: {destination: shop/way.shop, hboneMtlsPort: 15008},
                   loadBalancer: {mode: Failover, routingPreferences: [Network, Zone], healthPolicy: AllowAll},
                   endpoints: {u2: {workloadUid: u2, port: {80: 81}, status: Healthy}}}
                workloads:
                - {uid: u1, name: web-1, namespace: shop, workloadIps: [10.0.0.1, "fd00::1"], protocol: HBONE, node: n1,
                   networkGateway: {destination: far/10.9.0.1, hboneMtlsPort: 15443},
                   applicationTunnel: {protocol: PROXY}, capacity: 4294967295, services: {shop/web.shop: {80: 8080}}}
                - {uid: u2, namespace: shop, workloadIps: [], services: {}}
                """);

        Workload first = mesh.workloads().getFirst();
        assertThat(first.name()).isEqualTo("web-1");
        assertThat(first.tunnelProtocol()).isEqualTo(TunnelProtocol.HBONE);
        assertThat(first.trustDomain()).isEmpty();
        assertThat(first.clusterId()).isEmpty();
        assertThat(first.identity()).hasToString("spiffe:///ns/shop/sa/");
        assertThat(first.capacity()).isEqualTo(-1);
        assertThat(requireNonNull(first.networkGateway()).destination())
                .isEqualTo(new NetworkAddress("far", InetAddress.ofLiteral("10.9.0.1")));
        assertThat(first.services())
                .isEqualTo(Map.of(new NamespacedHostname("shop", "web.shop"), List.of(Port.of(80, 8080))));
        NamespacedHostname web = new NamespacedHostname("shop", "web.shop");
        Workload listed = (Workload) mesh.resources().get(1);
        assertThat(listed.services()).isEqualTo(Map.of(web, List.of(Port.of(80, 81))));
        assertThat(mesh.workloads().getLast().services()).isEmpty();
        assertThat(mesh.endpoints()).containsOnlyKeys(web);
        Service service = mesh.services().getFirst();
        assertThat(service.vips()).extracting(Object::toString).containsExactly("/10.1.0.1", "other/10.1.0.2");
        assertThat(requireNonNull(service.waypoint()).destination())
                .isEqualTo(new NamespacedHostname("shop", "way.shop"));
        assertThat(service.loadBalancing().mode()).isEqualTo(LoadBalancing.Mode.FAILOVER);
        Policy policy = mesh.policies().getFirst();
        assertThat(policy.dryRun()).isTrue();
        assertThat(policy.groups()
                        .getFirst()
                        .clauses()
                        .getFirst()
                        .matches()
                        .getFirst()
                        .principals())
                .containsExactly(new StringMatch.Exact("a"), new StringMatch.Prefix("b"), new StringMatch.Suffix("c"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "workloads:",
                WORKLOAD + "}]",
                WORKLOAD + ", name: \"1\", waypoint: null, workloadType: any}]",
                WORKLOAD + ", applicationTunnel: {protocol: PROXY, port: null}}]",
                WORKLOAD + ", locality: {region: a, zone: b, subzone: c, more: d}}]",
                SERVICE + ", vips: [], ipFamilies: null, cidrVips: [{network: '', cidr: 10.0.0.1/8, more: 1}]}]",
                "services: [{name: 1, namespace: n, hostname: h, vips: [], ports: {0x50: 80}}]",
                "services: [{name: !x 1, namespace: !!str n, hostname: h, vips: [], ports: {!!str 80: !x 80}}]",
                "services: [{name: 1, namespace: n, hostname: h, vips: [], ports: {80: 81, 80: 82, 0o120: 1, 0b11: +1}}]",
                "services: [{name: 1, namespace: n, hostname: h, vips: [], ports: , endpoints: }]",
                SERVICE + ", vips: [], cidrVips: [{network: n, cidr: 10.1.0.0/08}, {network: n, cidr: 'fd00::/008'}]}]",
                SERVICE + ", vips: [], waypoint: {destination: n/10.1, hboneMtlsPort: 1}}]",
                WORKLOAD + ", name: 010, capacity: +0x10, node: !!str 1, nativeTunnel: True}]",
                WORKLOAD + ", name: yes, capacity: 0b11, node: 1_000, canonicalName: 2026-11-22}]",
                "workloads: [{namespace: d, workloadIps: [], services: {d/h: {80: 81}, 'd/h': {82: 83}, /: }}]",
                "---",
                "--- # nothing",
                POLICY + "[[[{unknown: [1], namespaces: [!Exact 1]}]]]}]",
                POLICY + "[[[{namespaces: [!<!Exact> a, !Exact 'b', !Exact ]}]]]}]",
                POLICY + "[[[{notPrincipals: [!Presence ]}]]]}]",
                "workloads: [&a {namespace: d, workloadIps: [], services: {}}, *a]",
            })
    void whatUpstreamTakesIsTaken(String text) {
        assertThatCode(() -> LocalMesh.parse(text)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "{}\n---\n{}",
                "unknown: 1",
                "workloads: []\nworkloads: []",
                "x: &a {}\n<<: *a",
                "workloads: [",
                WORKLOAD + ", name: 1}]",
                WORKLOAD + ", name: .inf}]",
                WORKLOAD + ", name: 0b11}]",
                WORKLOAD + ", name: 1e3}]",
                WORKLOAD + ", name: !x a}]",
                WORKLOAD + ", name: !!int 1}]",
                WORKLOAD + ", name: a, name: b}]",
                WORKLOAD + ", unknown: 1}]",
                WORKLOAD + ", authorizationPolicies: [1]}]",
                WORKLOAD + ", authorizationPolicies: }]",
                WORKLOAD + ", capacity: 010}]",
                WORKLOAD + ", capacity: 00}]",
                WORKLOAD + ", protocol: !TCP ''}]",
                WORKLOAD + ", protocol: hbone}]",
                WORKLOAD + ", capacity: -1}]",
                WORKLOAD + ", locality: {region: a}}]",
                WORKLOAD + ", waypoint: {destination: foo, hboneMtlsPort: 1}}]",
                WORKLOAD + ", waypoint: {destination: n/h}}]",
                "workloads: [{uid: u, namespace: d, workloadIps: []}]",
                "workloads: [{namespace: d, workloadIps: [], services: []}]",
                "workloads: [{namespace: d, workloadIps: [], services: {x: {80: 80}}}]",
                "workloads: [{namespace: d, workloadIps: [x], services: {}}]",
                "workloads: [{namespace: d, workloadIps: [10.0.0], services: {}}]",
                "workloads: [{namespace: d, workloadIps: [010.0.0.1], services: {}}]",
                "workloads: [{namespace: d, workloadIps: ['fe80::1%eth0'], services: {}}]",
                "workloads: [{namespace: d, workloadIps: ['[::1]'], services: {}}]",
                "workloads: [{namespace: d, workloadIps: , services: {}}]",
                "workloads: [{namespace: d, workloadIps: [], services: {d/h: {'80': 81}}}]",
                "services: [{name: a, namespace: n, hostname: h, vips: []}]",
                SERVICE + ", vips: [10.0.0.1]}]",
                SERVICE + ", vips: [a/b/10.0.0.1]}]",
                SERVICE + ", vips: [], loadBalancer: {mode: Strict}}]",
                SERVICE + ", vips: [], cidrVips: [{network: '', cidr: 10.0.0.0}]}]",
                SERVICE + ", vips: [], cidrVips: [{network: n, cidr: 10.1.0.0/016}]}]",
                SERVICE + ", vips: [], cidrVips: [{network: n, cidr: 10.1.0.0/+8}]}]",
                SERVICE + ", vips: [], cidrVips: [{network: n, cidr: 10.1/16}]}]",
                SERVICE + ", vips: [], endpoints: {u: {workloadUid: u, port: {80: 80}}}}]",
                SERVICE + ", vips: [], endpoints: {u: {workloadUid: u, port: {80: 80}, status: Healthy, x: 1}}}]",
                "services: [{name: a, namespace: n, hostname: h, vips: [], ports: {\"80\": 80}}]",
                "services: [{name: a, namespace: n, hostname: h, vips: [], ports: {080: 80}}]",
                "services: [{name: a, namespace: n, hostname: h, vips: [], ports: {80: \"80\"}}]",
                POLICY + "[[[{namespaces: [{Exact: a}]}]]]}]",
                POLICY + "[[[{namespaces: [a]}]]]}]",
                POLICY + "[[[{namespaces: [!Other a]}]]]}]",
                POLICY + "[[[{sourceIps: [10.0.0.1]}]]]}]",
                POLICY + "[[[{destinationPorts: [\"80\"]}]]]}]",
                POLICY + "[[null]]}]",
                POLICY + "null}]",
                "policies: [{name: p, namespace: n, scope: Global, action: Allow, rules: []}]",
            })
    void whatUpstreamRefusesIsRefusedWithALine(String text) {
        assertThatThrownBy(() -> LocalMesh.parse(text))
                .isInstanceOf(LocalFileException.class)
                .hasMessageStartingWith("line ");
    }

    @Test
    void theProblemNamesThePlace() {
        assertThatThrownBy(() -> LocalMesh.parse("workloads:\n- namespace: d\n  workloadIps: []\n"))
                .hasMessage("line 2: workloads[0]: services is missing");
    }

    @Test
    void noTextGrowsBeyondItself() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(10)));
        }

        assertThatThrownBy(() -> LocalMesh.parse(bomb.toString())).hasMessageContaining("more than");
        assertThatThrownBy(() -> LocalMesh.parse("[".repeat(100_000))).hasMessageContaining("nested deeper");
    }
}
