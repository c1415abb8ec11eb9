package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import mesh.ambit.node.app.PrivateRun.NodeSetupProcess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program where something is not as it should be. */
@Tag("netns")
class NodeSetupTroubleIT {
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
    void killedRunIsTakenOverAndSwept() throws Exception {
        lab.declare("web", "");
        lab.declare("gone", "");
        lab.declareNamespace("ambient");
        NodeSetupProcess killed = lab.start();
        killed.expectReady();
        String before = lab.observed();
        killed.kill();
        Files.delete(lab.folder.resolve("gone.yaml"));

        NodeSetupProcess next = lab.start();
        next.expectReady();

        assertThat(lab.machine.namespaces()).containsExactlyInAnyOrder("ambit-fabric", "ambit-shop-web");
        assertThat(NodeSetupLab.line(lab.observed(), "uid:")).isEqualTo(NodeSetupLab.line(before, "uid:"));
        assertThat(NodeSetupLab.line(lab.observed(), "podIP:")).isEqualTo(NodeSetupLab.line(before, "podIP:"));
        assertThat(lab.state.resolve("observed/local/shop.gone.yaml")).doesNotExist();
        assertThat(lab.state.resolve("pods/shop/gone")).doesNotExist();
        next.terminate();
        assertThat(lab.machine.namespaces()).isEmpty();
    }

    @Test
    void troubleWithOnePodLeavesTheOthersAlone() throws Exception {
        lab.declareNamespace("");
        lab.machine.ip("netns add ambit-shop-taken");
        lab.declare("taken", "");
        lab.declare("web", "");
        Files.writeString(
                lab.folder.resolve("odd.yaml"),
                NodeSetupLab.pod("shop-web", "a", "") + "---\n" + NodeSetupLab.pod("shop", "web-a", ""));
        Files.writeString(
                lab.folder.resolve("host.yaml"),
                NodeSetupLab.pod("shop", "host", "").replace("spec: {", "spec: {hostNetwork: true, "));
        lab.declare("own", "annotations: {ambit.mesh/netns: /proc/self/ns/net}");
        NodeSetupProcess program = lab.start();
        program.expectReady();

        assertThat(Files.readString(lab.state.resolve("observed/local/shop.own.yaml")))
                .contains("is the machine's own network");
        assertThat(lab.machine.namespaces()).contains("ambit-shop-web", "ambit-shop-web-a");
        assertThat(lab.observed()).contains("phase: Running");
        assertThat(Files.readString(lab.state.resolve("observed/local/shop.taken.yaml")))
                .contains("phase: Pending", "that this program has not made");
        assertThat(Files.readString(lab.state.resolve("observed/local/shop-web.a.yaml")))
                .contains("which is that of shop/web-a already");
        assertThat(lab.state.resolve("observed/local/shop.host.yaml")).doesNotExist();

        lab.machine.ip("netns delete ambit-shop-taken");
        lab.eventually(() -> Files.readString(lab.state.resolve("observed/local/shop.taken.yaml"))
                .contains("phase: Running"));
    }

    @Test
    void whatCannotBeWrittenLeavesThePodsAloneAndIsTriedAgain() throws Exception {
        lab.declareNamespace("");
        lab.start().expectReady();
        // Something in the way that no right gets past.
        Path inTheWay = Files.createDirectories(
                lab.state.resolve("observed/local").resolve(NodeSetupLab.WEB).resolve("something"));

        lab.declare("web", "");
        lab.declare("zoo", "");
        NodeSetupLab.eventuallyExists(lab.state.resolve("observed/local/shop.zoo.yaml"));
        assertThat(lab.machine.namespaces()).contains("ambit-shop-web", "ambit-shop-zoo");

        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        NodeSetupLab.eventuallyExists(lab.state.resolve("observed/local").resolve(NodeSetupLab.WEB));
        assertThat(lab.observed()).contains("phase: Running");
    }

    @Test
    void rulesThatSomebodyRemovesArePutBack() throws Exception {
        lab.declare("web", "");
        lab.declareNamespace("ambient");
        NodeSetupProcess program = lab.start();
        program.expectReady();
        lab.inside("ambit-shop-web", "nft", "flush", "table", "inet", "istio-ambient-nat");

        program.expectLine("was not captured any more");

        lab.eventually(
                () -> lab.inside("ambit-shop-web", "nft", "list", "ruleset").contains("redirect to :15001"));
    }

    @Test
    void secondRunForTheSameNodeIsRefused() throws Exception {
        NodeSetupProcess first = lab.start();
        first.expectReady();

        NodeSetupProcess second = lab.start();

        second.expectLine("node-setup for node local is running already");
        assertThat(second.expectExit()).isEqualTo(2);
        assertThat(lab.state.resolve("nodes/local/ztunnel.sock")).exists();
    }

    @Test
    void programWithoutItsRightsNamesThemAndEnds() throws Exception {
        NodeSetupProcess program =
                lab.machine.start(List.of("setpriv", "--bounding-set", "-net_admin,-sys_admin"), lab.folder, lab.state);

        program.expectLine("capability CAP_NET_ADMIN is missing");
        program.expectLine("capability CAP_SYS_ADMIN is missing");
        assertThat(program.expectExit()).isEqualTo(2);
    }

    @Test
    void folderThatIsMissingIsNamed() throws Exception {
        NodeSetupProcess program = lab.machine.start(List.of(), temporary.resolve("nowhere"), lab.state);

        program.expectLine("nowhere");
        assertThat(program.expectExit()).isEqualTo(2);
        assertThat(lab.machine.namespaces()).isEmpty();
    }
}
