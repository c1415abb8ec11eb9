package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mesh.ambit.linux.NetNs;
import mesh.ambit.node.app.PrivateRun.NodeSetupProcess;
import mesh.ambit.node.rules.PodRules;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program and looks at what it does to the machine. */
@Tag("netns")
class NodeSetupIT {
    @TempDir
    Path temporary;

    private NodeSetupLab lab;

    @BeforeEach
    void makeLab() throws IOException {
        lab = NodeSetupLab.make(temporary);
    }

    @AfterEach
    void removeLab() {
        lab.close();
    }

    @Test
    void podIsMadeWithAddressesNamesAndFiles() throws Exception {
        lab.declare("web", "");
        lab.declareNamespace("");
        NodeSetupProcess program = lab.start();
        program.expectReady();

        assertThat(lab.machine.namespaces()).containsExactlyInAnyOrder("ambit-fabric", "ambit-shop-web");
        assertThat(lab.observed())
                .contains("nodeName: local", "phase: Running", "ip: \"10.77.1.2\"", "ip: \"fd77:0:0:1:0:0:0:2\"")
                .doesNotContain("redirection");
        assertThat(Files.readString(lab.state.resolve("pods/shop/web/hosts"))).contains("10.77.1.2 web\n");
        assertThat(Files.readString(lab.state.resolve("pods/shop/web/resolv.conf")))
                .startsWith("search shop.svc.cluster.local ");
        assertThat(lab.state.resolve("node-setup/local/ready")).exists();
        lab.connect("ambit-fabric", "ambit-shop-web", "10.77.1.2", "10.77.1.2");
        lab.connect("ambit-shop-web", "ambit-fabric", "fd77::1", "fd77::1");
    }

    @Test
    void podThatIsMadeInsideTheMeshIsClosedUntilAZtunnelServesIt() throws Exception {
        lab.declare("web", "");
        lab.declareNamespace("ambient");
        lab.start().expectReady();

        assertThat(lab.observed()).contains("ambient.istio.io/redirection: pending", "no ztunnel is connected");
        assertThat(lab.inside("ambit-shop-web", "nft", "list", "tables")).contains("istio-ambient-nat");

        try (FakeZtunnel ztunnel = FakeZtunnel.connect(lab.state.resolve("nodes/local/ztunnel.sock"))) {
            lab.eventually(() -> lab.observed().contains("ambient.istio.io/redirection: enabled"));
            try (NetNs namespace = lab.machine.namespace("ambit-shop-web")) {
                assertThat(ztunnel.pods()).containsEntry("shop/web", namespace.id());
            }
        }
        // A ztunnel that goes away opens nothing.
        assertThat(lab.observed()).contains("ambient.istio.io/redirection: enabled");
        assertThat(lab.inside("ambit-shop-web", "nft", "list", "tables")).contains("istio-ambient-nat");
    }

    @Test
    void labelTakesARunningPodIntoTheMeshAndOut() throws Exception {
        lab.declare("web", "");
        lab.declareNamespace("");
        lab.start().expectReady();
        try (FakeZtunnel ztunnel = FakeZtunnel.connect(lab.state.resolve("nodes/local/ztunnel.sock"), "shop/web")) {
            lab.declareNamespace("ambient");
            lab.eventually(
                    () -> lab.observed().contains("ztunnel does not serve it: failure to start proxy : refused"));
            // Nobody would serve its connections yet, so none is taken.
            assertThat(lab.inside("ambit-shop-web", "nft", "list", "tables")).doesNotContain("istio-ambient-nat");

            ztunnel.relent("shop/web");
            lab.eventually(() -> lab.observed().contains("ambient.istio.io/redirection: enabled"));
            assertThat(lab.inside("ambit-shop-web", "nft", "list", "ruleset")).contains("redirect to :15001");

            lab.declareNamespace("");
            lab.eventually(() -> ztunnel.pods().isEmpty());
            lab.eventually(() -> lab.inside("ambit-shop-web", "nft", "list", "ruleset")
                            .isEmpty()
                    || !lab.inside("ambit-shop-web", "nft", "list", "tables").contains("istio"));
            lab.eventually(() -> !lab.observed().contains("redirection"));
        }
    }

    @Test
    void podOptsOutByItsOwnLabel() throws Exception {
        lab.declare("web", "labels: {istio.io/dataplane-mode: none}");
        lab.declareNamespace("ambient");
        lab.start().expectReady();

        assertThat(lab.observed()).doesNotContain("redirection");
    }

    @Test
    void podThatIsDeletedLeavesNothing() throws Exception {
        lab.declare("web", "");
        lab.declareNamespace("ambient");
        lab.start().expectReady();

        Files.delete(lab.folder.resolve("web.yaml"));

        lab.eventually(() -> lab.machine.namespaces().equals(List.of("ambit-fabric")));
        lab.eventually(() -> !Files.exists(lab.state.resolve("observed/local").resolve(NodeSetupLab.WEB)));
        lab.eventually(() -> !Files.exists(lab.state.resolve("pods/shop")));
        assertThat(lab.inside("ambit-fabric", "ip", "-o", "link", "show", "master", "br0"))
                .isEmpty();
    }

    @Test
    void endLeavesNothing() throws Exception {
        lab.declare("web", "");
        lab.declareNamespace("ambient");
        NodeSetupProcess program = lab.start();
        program.expectReady();

        program.terminate();

        assertThat(lab.machine.namespaces()).isEmpty();
        assertThat(NodeSetupLab.filesBelow(lab.state)).isEmpty();
    }

    @Test
    void adoptedNamespaceGetsRulesOnlyAndIsGivenBackClean() throws Exception {
        lab.machine.ip("netns add mine");
        lab.machine.ip("-n mine link add eth7 type veth peer name eth8");
        lab.machine.ip("-n mine link set eth7 up");
        lab.machine.ip("-n mine address add 192.0.2.7/24 dev eth7");
        lab.declareNamespace("ambient");
        lab.declare("web", "annotations: {ambit.mesh/netns: mine}");
        NodeSetupProcess program = lab.start();
        program.expectReady();
        try (FakeZtunnel _ = FakeZtunnel.connect(lab.state.resolve("nodes/local/ztunnel.sock"))) {
            lab.eventually(() -> lab.observed().contains("ambient.istio.io/redirection: enabled"));
            assertThat(lab.observed()).contains("podIP: \"192.0.2.7\"");
            assertThat(lab.inside("mine", "ip", "-o", "link", "show")).doesNotContain("eth0");
        }

        program.terminate();

        assertThat(lab.machine.namespaces()).containsExactly("mine");
        assertThat(lab.inside("mine", "nft", "list", "ruleset")).isEmpty();
        assertThat(lab.inside("mine", "ip", "rule", "show")).doesNotContain("0x111");
    }

    @Test
    void serviceLeadsToItsPods() throws Exception {
        lab.declareNamespace("");
        lab.declare("client", "");
        lab.declare("web", "labels: {app: web}");
        Files.writeString(lab.folder.resolve("service.yaml"), """
                apiVersion: v1
                kind: Service
                metadata: {name: front, namespace: shop}
                spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
                """);
        lab.start().expectReady();
        Files.writeString(lab.state.resolve("cluster-ips.yaml"), "shop/front: [\"10.96.1.1\"]\n");

        lab.eventually(() -> Files.readString(lab.state.resolve("pods/shop/client/hosts"))
                .contains("10.96.1.1 front.shop.svc.cluster.local front.shop.svc front.shop front\n"));
        lab.eventually(
                () -> lab.inside("ambit-shop-client", "nft", "list", "ruleset").contains("dnat"));
        lab.connect("ambit-shop-client", "ambit-shop-web", "10.96.1.1", "10.77.1.3");
    }

    @Test
    void ordinaryUserRunsItInNamespacesOfHisOwn() throws Exception {
        lab.declare("web", "");
        lab.declareNamespace("ambient");
        try (PrivateRun own = PrivateRun.ofOrdinaryUser()) {
            NodeSetupProcess program = own.start(List.of(), lab.folder, lab.state);
            program.expectReady();

            assertThat(own.namespaces()).containsExactlyInAnyOrder("ambit-fabric", "ambit-shop-web");
            try (NetNs pod = own.namespace("ambit-shop-web")) {
                assertThat(PodRules.leftIn(pod)).isTrue();
            }
            assertThat(lab.observed()).contains("phase: Running", "no ztunnel is connected");
            program.terminate();
            assertThat(own.namespaces()).isEmpty();
        }
    }
}
