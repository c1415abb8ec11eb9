package mesh.ambit.node.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.NetNs;
import mesh.ambit.node.app.PrivateRun.NodeSetupProcess;
import mesh.ambit.node.rules.PodRules;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program and looks at what it does to the machine. */
@Tag("netns")
class NodeSetupIT {
    private static final String WEB = "shop.web.yaml";

    @TempDir
    Path temporary;

    private Path folder;
    private Path state;
    private PrivateRun machine;

    @BeforeEach
    void makeMachine() throws IOException {
        folder = Files.createDirectory(temporary.resolve("objects"));
        state = Files.createDirectory(temporary.resolve("state"));
        machine = PrivateRun.make();
    }

    @AfterEach
    void removeMachine() {
        machine.close();
    }

    @Test
    void podIsMadeWithAddressesNamesAndFiles() throws Exception {
        declare("web", "");
        declareNamespace("");
        NodeSetupProcess program = start();
        program.expectReady();

        assertThat(machine.namespaces()).containsExactlyInAnyOrder("ambit-fabric", "ambit-shop-web");
        assertThat(observed())
                .contains("nodeName: local", "phase: Running", "ip: \"10.77.1.2\"", "ip: \"fd77:0:0:1:0:0:0:2\"")
                .doesNotContain("redirection");
        assertThat(Files.readString(state.resolve("pods/shop/web/hosts"))).contains("10.77.1.2 web\n");
        assertThat(Files.readString(state.resolve("pods/shop/web/resolv.conf")))
                .startsWith("search shop.svc.cluster.local ");
        assertThat(state.resolve("node-setup/local/ready")).exists();
        connect("ambit-fabric", "ambit-shop-web", "10.77.1.2", "10.77.1.2");
        connect("ambit-shop-web", "ambit-fabric", "fd77::1", "fd77::1");
    }

    @Test
    void podThatIsMadeInsideTheMeshIsClosedUntilAZtunnelServesIt() throws Exception {
        declare("web", "");
        declareNamespace("ambient");
        start().expectReady();

        assertThat(observed()).contains("ambient.istio.io/redirection: pending", "no ztunnel is connected");
        assertThat(inside("ambit-shop-web", "nft", "list", "tables")).contains("istio-ambient-nat");

        try (FakeZtunnel ztunnel = FakeZtunnel.connect(state.resolve("nodes/local/ztunnel.sock"))) {
            eventually(() -> observed().contains("ambient.istio.io/redirection: enabled"));
            try (NetNs namespace = machine.namespace("ambit-shop-web")) {
                assertThat(ztunnel.pods()).containsEntry("shop/web", namespace.id());
            }
        }
        // A ztunnel that goes away opens nothing.
        assertThat(observed()).contains("ambient.istio.io/redirection: enabled");
        assertThat(inside("ambit-shop-web", "nft", "list", "tables")).contains("istio-ambient-nat");
    }

    @Test
    void labelTakesARunningPodIntoTheMeshAndOut() throws Exception {
        declare("web", "");
        declareNamespace("");
        start().expectReady();
        try (FakeZtunnel ztunnel = FakeZtunnel.connect(state.resolve("nodes/local/ztunnel.sock"), "shop/web")) {
            declareNamespace("ambient");
            eventually(() -> observed().contains("ztunnel does not serve it: failure to start proxy : refused"));
            // Nobody would serve its connections yet, so none is taken.
            assertThat(inside("ambit-shop-web", "nft", "list", "tables")).doesNotContain("istio-ambient-nat");

            ztunnel.relent("shop/web");
            eventually(() -> observed().contains("ambient.istio.io/redirection: enabled"));
            assertThat(inside("ambit-shop-web", "nft", "list", "ruleset")).contains("redirect to :15001");

            declareNamespace("");
            eventually(() -> ztunnel.pods().isEmpty());
            eventually(() -> inside("ambit-shop-web", "nft", "list", "ruleset").isEmpty()
                    || !inside("ambit-shop-web", "nft", "list", "tables").contains("istio"));
            eventually(() -> !observed().contains("redirection"));
        }
    }

    @Test
    void podOptsOutByItsOwnLabel() throws Exception {
        declare("web", "labels: {istio.io/dataplane-mode: none}");
        declareNamespace("ambient");
        start().expectReady();

        assertThat(observed()).doesNotContain("redirection");
    }

    @Test
    void podThatIsDeletedLeavesNothing() throws Exception {
        declare("web", "");
        declareNamespace("ambient");
        start().expectReady();

        Files.delete(folder.resolve("web.yaml"));

        eventually(() -> machine.namespaces().equals(List.of("ambit-fabric")));
        eventually(() -> !Files.exists(state.resolve("observed/local").resolve(WEB)));
        eventually(() -> !Files.exists(state.resolve("pods/shop")));
        assertThat(inside("ambit-fabric", "ip", "-o", "link", "show", "master", "br0"))
                .isEmpty();
    }

    @Test
    void endLeavesNothing() throws Exception {
        declare("web", "");
        declareNamespace("ambient");
        NodeSetupProcess program = start();
        program.expectReady();

        program.terminate();

        assertThat(machine.namespaces()).isEmpty();
        assertThat(filesBelow(state)).isEmpty();
    }

    @Test
    void killedRunIsTakenOverAndSwept() throws Exception {
        declare("web", "");
        declare("gone", "");
        declareNamespace("ambient");
        NodeSetupProcess killed = start();
        killed.expectReady();
        String before = observed();
        killed.kill();
        Files.delete(folder.resolve("gone.yaml"));

        NodeSetupProcess next = start();
        next.expectReady();

        assertThat(machine.namespaces()).containsExactlyInAnyOrder("ambit-fabric", "ambit-shop-web");
        assertThat(line(observed(), "uid:")).isEqualTo(line(before, "uid:"));
        assertThat(line(observed(), "podIP:")).isEqualTo(line(before, "podIP:"));
        assertThat(state.resolve("observed/local/shop.gone.yaml")).doesNotExist();
        assertThat(state.resolve("pods/shop/gone")).doesNotExist();
        next.terminate();
        assertThat(machine.namespaces()).isEmpty();
    }

    @Test
    void troubleWithOnePodLeavesTheOthersAlone() throws Exception {
        declareNamespace("");
        machine.ip("netns add ambit-shop-taken");
        declare("taken", "");
        declare("web", "");
        Files.writeString(folder.resolve("odd.yaml"), pod("shop-web", "a", "") + "---\n" + pod("shop", "web-a", ""));
        Files.writeString(
                folder.resolve("host.yaml"), pod("shop", "host", "").replace("spec: {", "spec: {hostNetwork: true, "));
        declare("own", "annotations: {ambit.mesh/netns: /proc/self/ns/net}");
        NodeSetupProcess program = start();
        program.expectReady();

        assertThat(Files.readString(state.resolve("observed/local/shop.own.yaml")))
                .contains("is the machine's own network");
        assertThat(machine.namespaces()).contains("ambit-shop-web", "ambit-shop-web-a");
        assertThat(observed()).contains("phase: Running");
        assertThat(Files.readString(state.resolve("observed/local/shop.taken.yaml")))
                .contains("phase: Pending", "that this program has not made");
        assertThat(Files.readString(state.resolve("observed/local/shop-web.a.yaml")))
                .contains("which is that of shop/web-a already");
        assertThat(state.resolve("observed/local/shop.host.yaml")).doesNotExist();

        machine.ip("netns delete ambit-shop-taken");
        eventually(() -> Files.readString(state.resolve("observed/local/shop.taken.yaml"))
                .contains("phase: Running"));
    }

    @Test
    void whatCannotBeWrittenLeavesThePodsAloneAndIsTriedAgain() throws Exception {
        declareNamespace("");
        start().expectReady();
        // Something in the way that no right gets past.
        Path inTheWay = Files.createDirectories(
                state.resolve("observed/local").resolve(WEB).resolve("something"));

        declare("web", "");
        declare("zoo", "");
        eventuallyExists(state.resolve("observed/local/shop.zoo.yaml"));
        assertThat(machine.namespaces()).contains("ambit-shop-web", "ambit-shop-zoo");

        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        eventuallyExists(state.resolve("observed/local").resolve(WEB));
        assertThat(observed()).contains("phase: Running");
    }

    @Test
    void adoptedNamespaceGetsRulesOnlyAndIsGivenBackClean() throws Exception {
        machine.ip("netns add mine");
        machine.ip("-n mine link add eth7 type veth peer name eth8");
        machine.ip("-n mine link set eth7 up");
        machine.ip("-n mine address add 192.0.2.7/24 dev eth7");
        declareNamespace("ambient");
        declare("web", "annotations: {ambit.mesh/netns: mine}");
        NodeSetupProcess program = start();
        program.expectReady();
        try (FakeZtunnel _ = FakeZtunnel.connect(state.resolve("nodes/local/ztunnel.sock"))) {
            eventually(() -> observed().contains("ambient.istio.io/redirection: enabled"));
            assertThat(observed()).contains("podIP: \"192.0.2.7\"");
            assertThat(inside("mine", "ip", "-o", "link", "show")).doesNotContain("eth0");
        }

        program.terminate();

        assertThat(machine.namespaces()).containsExactly("mine");
        assertThat(inside("mine", "nft", "list", "ruleset")).isEmpty();
        assertThat(inside("mine", "ip", "rule", "show")).doesNotContain("0x111");
    }

    @Test
    void serviceLeadsToItsPods() throws Exception {
        declareNamespace("");
        declare("client", "");
        declare("web", "labels: {app: web}");
        Files.writeString(folder.resolve("service.yaml"), """
                apiVersion: v1
                kind: Service
                metadata: {name: front, namespace: shop}
                spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
                """);
        start().expectReady();
        Files.writeString(state.resolve("cluster-ips.yaml"), "shop/front: [\"10.96.1.1\"]\n");

        eventually(() -> Files.readString(state.resolve("pods/shop/client/hosts"))
                .contains("10.96.1.1 front.shop.svc.cluster.local front.shop.svc front.shop front\n"));
        eventually(() -> inside("ambit-shop-client", "nft", "list", "ruleset").contains("dnat"));
        connect("ambit-shop-client", "ambit-shop-web", "10.96.1.1", "10.77.1.3");
    }

    @Test
    void rulesThatSomebodyRemovesArePutBack() throws Exception {
        declare("web", "");
        declareNamespace("ambient");
        NodeSetupProcess program = start();
        program.expectReady();
        inside("ambit-shop-web", "nft", "flush", "table", "inet", "istio-ambient-nat");

        program.expectLine("was not captured any more");

        eventually(() -> inside("ambit-shop-web", "nft", "list", "ruleset").contains("redirect to :15001"));
    }

    @Test
    void ordinaryUserRunsItInNamespacesOfHisOwn() throws Exception {
        declare("web", "");
        declareNamespace("ambient");
        try (PrivateRun own = PrivateRun.ofOrdinaryUser()) {
            NodeSetupProcess program = own.start(List.of(), folder, state);
            program.expectReady();

            assertThat(own.namespaces()).containsExactlyInAnyOrder("ambit-fabric", "ambit-shop-web");
            try (NetNs pod = own.namespace("ambit-shop-web")) {
                assertThat(PodRules.leftIn(pod)).isTrue();
            }
            assertThat(observed()).contains("phase: Running", "no ztunnel is connected");
            program.terminate();
            assertThat(own.namespaces()).isEmpty();
        }
    }

    @Test
    void secondRunForTheSameNodeIsRefused() throws Exception {
        NodeSetupProcess first = start();
        first.expectReady();

        NodeSetupProcess second = start();

        second.expectLine("node-setup for node local is running already");
        assertThat(second.expectExit()).isEqualTo(2);
        assertThat(state.resolve("nodes/local/ztunnel.sock")).exists();
    }

    @Test
    void embeddedFabricIsMadeExtendedAndRemoved() {
        machine.run(EmbeddedFabricMain.class, "ensure");
        machine.run(EmbeddedFabricMain.class, "attach", "ambit_ztunnel_a", "10.77.0.11", "fd77::11");
        machine.run(EmbeddedFabricMain.class, "attach", "ambit_ztunnel_a", "10.77.0.11", "fd77::11");
        assertThat(machine.namespaces()).containsExactlyInAnyOrder("ambit-fabric", "ambit_ztunnel_a");
        assertThat(inside("ambit_ztunnel_a", "ip", "-o", "address", "show", "dev", "eth0"))
                .contains("10.77.0.11/32", "fd77::11/128");

        machine.run(EmbeddedFabricMain.class, "remove", "ambit_ztunnel_a");
        assertThat(machine.namespaces()).containsExactly("ambit-fabric");
        assertThat(inside("ambit-fabric", "ip", "-o", "link", "show", "master", "br0"))
                .isEmpty();

        machine.run(EmbeddedFabricMain.class, "attach", "ambit_ztunnel_b", "10.77.0.12");
        machine.run(EmbeddedFabricMain.class, "sweep");
        assertThat(machine.namespaces()).isEmpty();
    }

    @Test
    void programWithoutItsRightsNamesThemAndEnds() throws Exception {
        NodeSetupProcess program =
                machine.start(List.of("setpriv", "--bounding-set", "-net_admin,-sys_admin"), folder, state);

        program.expectLine("capability CAP_NET_ADMIN is missing");
        program.expectLine("capability CAP_SYS_ADMIN is missing");
        assertThat(program.expectExit()).isEqualTo(2);
    }

    @Test
    void folderThatIsMissingIsNamed() throws Exception {
        NodeSetupProcess program = machine.start(List.of(), temporary.resolve("nowhere"), state);

        program.expectLine("nowhere");
        assertThat(program.expectExit()).isEqualTo(2);
        assertThat(machine.namespaces()).isEmpty();
    }

    private NodeSetupProcess start() throws IOException {
        return machine.start(List.of(), folder, state);
    }

    private String inside(String namespace, String... command) {
        try (NetNs opened = machine.namespace(namespace)) {
            return Command.of(command).in(opened).require();
        }
    }

    /** Proves that {@code dialled} leads from one namespace to a server at {@code address} in the other. */
    private void connect(String from, String to, String dialled, String address) throws IOException {
        try (NetNs source = machine.namespace(from);
                NetNs destination = machine.namespace(to);
                ServerSocket server =
                        destination.call(() -> new ServerSocket(8080, 1, InetAddress.ofLiteral(address)));
                Socket socket = source.call(() -> {
                    Socket made = new Socket();
                    made.bind(null);
                    return made;
                })) {
            int port = dialled.equals(address) ? 8080 : 80;
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(dialled), port), 30_000);
            assertThat(server.getLocalPort()).isEqualTo(8080);
        }
    }

    private void declareNamespace(String mode) throws IOException {
        replace("shop.yaml", """
                apiVersion: v1
                kind: Namespace
                metadata: {name: shop, labels: {istio.io/dataplane-mode: "%s"}}
                """.formatted(mode));
    }

    private void declare(String name, String metadata) throws IOException {
        replace(name + ".yaml", pod("shop", name, metadata));
    }

    private static String pod(String namespace, String name, String metadata) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s%s}
                spec: {containers: [{name: app, image: none, ports: [{name: http, containerPort: 8080}]}]}
                """.formatted(name, namespace, metadata.isEmpty() ? "" : ", " + metadata);
    }

    private void replace(String file, String text) throws IOException {
        Path temporaryFile = temporary.resolve(file);
        Files.writeString(temporaryFile, text);
        Files.move(temporaryFile, folder.resolve(file), REPLACE_EXISTING);
    }

    private String observed() throws IOException {
        try {
            return Files.readString(state.resolve("observed/local").resolve(WEB), UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private static String line(String text, String start) {
        return text.lines()
                .filter(line -> line.strip().startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    private static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void eventuallyExists(Path file) {
        Await.until(file.toString(), () -> Files.isRegularFile(file));
    }

    private void eventually(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime() - deadline)
                    .as("still waiting; observed: %s", observed())
                    .isNegative();
            Thread.sleep(Duration.ofMillis(20));
        }
    }
}
