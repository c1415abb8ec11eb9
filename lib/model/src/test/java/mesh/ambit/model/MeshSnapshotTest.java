package mesh.ambit.model;

import static mesh.ambit.model.Meshes.at;
import static mesh.ambit.model.Meshes.cidr;
import static mesh.ambit.model.Meshes.key;
import static mesh.ambit.model.Meshes.mesh;
import static mesh.ambit.model.Meshes.pod;
import static mesh.ambit.model.Meshes.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.model.LoadBalancing.HealthPolicy;
import mesh.ambit.model.LoadBalancing.Mode;
import org.junit.jupiter.api.Test;

class MeshSnapshotTest {
    private static final String WEB = "default/web.default.svc.cluster.local";
    private static final LoadBalancing ALLOW_ALL =
            new LoadBalancing(List.of(), Mode.UNSPECIFIED_MODE, HealthPolicy.ALLOW_ALL);

    @Test
    void podWinsAnAddressOverAnEntryThatCameLater() {
        Workload pod = pod("a", "10.0.0.1").tunnelProtocol(TunnelProtocol.NONE).build();
        Workload entry = pod("a", "10.0.0.1").build().toBuilder().build();
        Workload other = Workload.builder("Kubernetes/networking.istio.io/WorkloadEntry/default/a")
                .addresses(entry.addresses())
                .tunnelProtocol(TunnelProtocol.HBONE)
                .build();

        assertThat(mesh(pod, other).findWorkload(at("10.0.0.1"))).isEqualTo(pod);
    }

    @Test
    void amongPodsHboneWinsAnAddressAndThenTheOneStoredLast() {
        Workload plain =
                pod("plain", "10.0.0.1").tunnelProtocol(TunnelProtocol.NONE).build();
        Workload first = pod("first", "10.0.0.1").build();
        Workload second = pod("second", "10.0.0.1").build();

        assertThat(mesh(first, second, plain).findWorkload(at("10.0.0.1"))).isEqualTo(second);
        assertThat(mesh(second, first, plain).findWorkload(at("10.0.0.1"))).isEqualTo(first);
    }

    @Test
    void hostNetworkWorkloadIsNotFoundByAddress() {
        Workload host =
                pod("a", "10.0.0.1").networkMode(NetworkMode.HOST_NETWORK).build();

        assertThat(mesh(host).findWorkload(at("10.0.0.1"))).isNull();
        assertThat(mesh(host).findWorkload(host.uid())).isEqualTo(host);
    }

    @Test
    void serviceWhoseEndpointsChangeHoldsItsAddressAgain() {
        Service kept = service("default/kept", "10.96.0.1").build();
        Service gone = service("default/gone", "10.96.0.1").build();
        MeshSnapshot freed = mesh(kept, gone).apply(List.of(), List.of("default/gone"));

        assertThat(freed.findService(at("10.96.0.1"), null))
                .as("removing either frees it")
                .isNull();
        assertThat(freed.apply(List.of(pod("a", "10.0.0.1").build()), List.of()).findService(at("10.96.0.1"), null))
                .as("an endpoint of nobody")
                .isNull();
        assertThat(freed.apply(List.of(pod("a", "10.0.0.1", "default/kept").build()), List.of())
                        .findService(at("10.96.0.1"), null))
                .isEqualTo(kept);
    }

    @Test
    void addressOfAnotherNetworkIsAnotherAddress() {
        MeshSnapshot mesh = mesh(pod("a", "10.0.0.1").network("far").build());

        assertThat(mesh.findWorkload(at("10.0.0.1"))).isNull();
        assertThat(mesh.findWorkload(new NetworkAddress("far", Meshes.ip("10.0.0.1"))))
                .isNotNull();
    }

    @Test
    void localWorkloadNeedsNameNamespaceServiceAccountAndNode() {
        Workload a = pod("a", "10.0.0.1").node("n1").build();
        MeshSnapshot mesh = mesh(a);

        assertThat(mesh.findLocalWorkload(new WorkloadInfo("a", "default", "a"), "n1"))
                .isEqualTo(a);
        assertThat(mesh.findLocalWorkload(new WorkloadInfo("a", "default", "a"), null))
                .isEqualTo(a);
        assertThat(mesh.findLocalWorkload(new WorkloadInfo("a", "default", "a"), "n2"))
                .isNull();
        assertThat(mesh.findLocalWorkload(new WorkloadInfo("a", "default", "b"), "n1"))
                .isNull();
        assertThat(mesh.findLocalWorkload(new WorkloadInfo("a", "other", "a"), "n1"))
                .isNull();
        assertThat(mesh.findLocalWorkload(new WorkloadInfo("b", "default", "a"), "n1"))
                .isNull();
    }

    @Test
    void changedWorkloadLeavesNothingUnderItsOldKeys() {
        MeshSnapshot mesh = mesh(
                service(WEB, "10.96.0.1").build(),
                pod("a", "10.0.0.1", WEB).build(),
                pod("a", "10.0.0.2").serviceAccount("x").build());

        assertThat(mesh.findWorkload(at("10.0.0.1"))).isNull();
        assertThat(mesh.findWorkload(at("10.0.0.2"))).isNotNull();
        assertThat(mesh.findLocalWorkload(new WorkloadInfo("a", "default", "a"), null))
                .isNull();
        assertThat(mesh.endpoints(key(WEB)).isEmpty()).isTrue();
    }

    @Test
    void endpointsMeetTheirServiceWhicheverArrivesFirst() {
        Service web = service(WEB, "10.96.0.1").build();
        Workload a = pod("a", "10.0.0.1", WEB).build();

        assertThat(mesh(web, a).endpoints(key(WEB)).keys()).containsExactly(a.uid());
        assertThat(mesh(a, web).endpoints(key(WEB)).keys()).containsExactly(a.uid());
        assertThat(mesh(a).stagedEndpoints().find(key(WEB))).isNotNull();
        assertThat(mesh(a, web).stagedEndpoints().isEmpty()).isTrue();
    }

    @Test
    void serviceThatComesBackFindsItsEndpointsAgain() {
        Workload a = pod("a", "10.0.0.1", WEB).build();
        Service web = service(WEB, "10.96.0.1").build();

        MeshSnapshot gone = mesh(web, a).apply(List.of(), List.of(WEB));
        assertThat(gone.findService(key(WEB))).isNull();
        assertThat(gone.endpoints(key(WEB)).isEmpty()).isTrue();
        assertThat(gone.apply(List.of(web), List.of()).endpoints(key(WEB)).size())
                .isEqualTo(1);
    }

    @Test
    void unhealthyEndpointIsKeptOutUnlessTheServiceTakesAll() {
        Workload sick =
                pod("a", "10.0.0.1", WEB).status(WorkloadStatus.UNHEALTHY).build();

        assertThat(mesh(service(WEB).build(), sick).endpoints(key(WEB)).isEmpty())
                .isTrue();
        assertThat(mesh(sick, service(WEB).build()).endpoints(key(WEB)).isEmpty())
                .isTrue();
        assertThat(mesh(sick, service(WEB).loadBalancing(ALLOW_ALL).build())
                        .endpoints(key(WEB))
                        .size())
                .isEqualTo(1);
    }

    @Test
    void laterSwitchToAllowAllRestoresNothingUntilTheWorkloadIsSentAgain() {
        Workload sick =
                pod("a", "10.0.0.1", WEB).status(WorkloadStatus.UNHEALTHY).build();
        MeshSnapshot mesh = mesh(service(WEB).build(), sick)
                .apply(List.of(service(WEB).loadBalancing(ALLOW_ALL).build()), List.of());

        assertThat(mesh.endpoints(key(WEB)).isEmpty()).isTrue();
        assertThat(mesh.apply(List.of(sick), List.of()).endpoints(key(WEB)).size())
                .isEqualTo(1);
    }

    @Test
    void withinAMessageAServiceAndItsWorkloadsMayComeInAnyOrder() {
        Workload sick =
                pod("a", "10.0.0.1", WEB).status(WorkloadStatus.UNHEALTHY).build();
        Service takesAll = service(WEB).loadBalancing(ALLOW_ALL).build();
        MeshSnapshot mesh = mesh(service(WEB).build(), sick);

        assertThat(mesh.apply(List.of(sick, takesAll), List.of())
                        .endpoints(key(WEB))
                        .size())
                .isEqualTo(1);
        assertThat(mesh.apply(List.of(takesAll, sick), List.of())
                        .endpoints(key(WEB))
                        .size())
                .isEqualTo(1);
    }

    @Test
    void endpointThatFallsSickLeavesAndComesBackWhenItRecovers() {
        Workload well = pod("a", "10.0.0.1", WEB).build();
        Workload sick = well.toBuilder().status(WorkloadStatus.UNHEALTHY).build();
        MeshSnapshot mesh = mesh(service(WEB).build(), well);

        MeshSnapshot after = mesh.apply(List.of(sick), List.of());
        assertThat(after.endpoints(key(WEB)).isEmpty()).isTrue();
        assertThat(after.apply(List.of(well), List.of()).endpoints(key(WEB)).size())
                .isEqualTo(1);
    }

    @Test
    void serviceOfTheClientsNamespaceWinsThenTheLastCanonicalThenTheFirst() {
        Service mine = service("default/a", "10.96.0.1").build();
        Service first = service("one/a", "10.96.0.1").build();
        Service second = service("two/a", "10.96.0.1").canonical(true).build();
        Service third = service("three/a", "10.96.0.1").canonical(true).build();
        MeshSnapshot mesh = mesh(first, second, third, mine);

        assertThat(mesh.findService(at("10.96.0.1"), "default")).isEqualTo(mine);
        assertThat(mesh.findService(at("10.96.0.1"), "elsewhere")).isEqualTo(third);
        assertThat(mesh(first, mine).findService(at("10.96.0.1"), "elsewhere")).isEqualTo(first);
        assertThat(mesh.findServiceByHostname("a", "default")).isEqualTo(mine);
        assertThat(mesh.findServiceByHostname("a", "elsewhere")).isEqualTo(third);
        assertThat(mesh.findServiceByHostname("A", "default")).isNull();
    }

    @Test
    void serviceOfNamespaceVisibilityExistsInItsNamespaceOnly() {
        MeshSnapshot mesh = mesh(service("default/a", "10.96.0.1")
                .visibility(Visibility.NAMESPACE)
                .build());

        assertThat(mesh.findService(at("10.96.0.1"), "default")).isNotNull();
        assertThat(mesh.findService(at("10.96.0.1"), "other")).isNull();
        assertThat(mesh.findService(key("default/a"))).isNotNull();
    }

    @Test
    void rangeAnswersOnlyWhereNoExactAddressDoes() {
        Service range =
                service("default/a").cidrVips(List.of(cidr("10.96.0.0", 24))).build();
        Service exact =
                service("other/b").cidrVips(List.of(cidr("10.96.0.10", 32))).build();
        MeshSnapshot mesh = mesh(range, exact);

        assertThat(mesh.findService(at("10.96.0.10"), "default")).isEqualTo(exact);
        assertThat(mesh.findService(at("10.96.0.11"), "default")).isEqualTo(range);
        assertThat(mesh.findService(at("10.96.1.1"), "default")).isNull();
        assertThat(mesh.findService(at("fd00::1"), "default")).isNull();
    }

    @Test
    void ofRangesTheClientsNamespaceWinsThenTheLongerPrefix() {
        Service wide =
                service("default/a").cidrVips(List.of(cidr("10.96.0.0", 16))).build();
        Service narrow =
                service("other/b").cidrVips(List.of(cidr("10.96.0.0", 24))).build();
        MeshSnapshot mesh = mesh(wide, narrow);

        assertThat(mesh.findService(at("10.96.0.1"), "default")).isEqualTo(wide);
        assertThat(mesh.findService(at("10.96.0.1"), "third")).isEqualTo(narrow);
    }

    @Test
    void rangeHasOneEntryHoweverOftenItsServiceIsSent() {
        Service range =
                service("default/a").cidrVips(List.of(cidr("10.96.0.0", 24))).build();
        MeshSnapshot mesh = mesh(range, range, range).apply(List.of(), List.of("default/a"));

        assertThat(mesh.findService(at("10.96.0.1"), "default")).isNull();
    }

    @Test
    void withinANamespaceTheServiceStoredLastHoldsAnAddressAndRemovingEitherFreesIt() {
        Service a = service("default/a", "10.96.0.1").build();
        Service b = service("default/b", "10.96.0.1").build();

        assertThat(mesh(a, b).findService(at("10.96.0.1"), "default")).isEqualTo(b);
        assertThat(mesh(a, b).apply(List.of(), List.of("default/a")).findService(at("10.96.0.1"), "default"))
                .isNull();
    }

    @Test
    void nameInUpdatesAndRemovalsEndsUpRemoved() {
        Workload a = pod("a", "10.0.0.1").build();

        MeshSnapshot mesh = MeshSnapshot.EMPTY.apply(List.of(a), List.of(a.uid(), "nobody", "no/service"));

        assertThat(mesh.workloads().isEmpty()).isTrue();
    }

    @Test
    void gatewayIsWhatSomethingPointsAt() {
        String waypoint = "default/waypoint";
        Workload byService = pod("wp", "10.0.0.9", waypoint).build();
        Workload byAddress = pod("gw", "10.0.0.8").build();
        Workload nobody = pod("x", "10.0.0.7", WEB).build();
        Service web =
                service(WEB).waypoint(new GatewayAddress(key(waypoint), 15008)).build();
        Workload remote = pod("r", "10.1.0.1")
                .networkGateway(new GatewayAddress(at("10.0.0.8"), 15008))
                .build();
        MeshSnapshot mesh = mesh(byService, byAddress, nobody, web, remote);

        assertThat(mesh.isGateway(byService)).isTrue();
        assertThat(mesh.isGateway(byAddress)).isTrue();
        assertThat(mesh.isGateway(nobody)).isFalse();
        assertThat(mesh.apply(List.of(), List.of(WEB)).isGateway(byService)).isFalse();
    }

    @Test
    void snapshotBeforeAChangeStaysAsItWas() {
        Workload a = pod("a", "10.0.0.1", WEB).build();
        MeshSnapshot before = mesh(service(WEB, "10.96.0.1").build(), a);

        before.apply(List.of(), List.of(a.uid(), WEB));

        assertThat(before.findWorkload(a.uid())).isEqualTo(a);
        assertThat(before.endpoints(key(WEB)).size()).isEqualTo(1);
        assertThat(before.findService(at("10.96.0.1"), null)).isNotNull();
    }
}
