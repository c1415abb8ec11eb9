package mesh.ambit.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import mesh.ambit.linux.CommandException;
import mesh.ambit.linux.NetNs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("netns")
class NetnsLabIT {
    private static final int SOON_MILLIS = 60_000;

    @RegisterExtension
    final NetnsLab lab = new NetnsLab();

    @AfterAll
    static void nothingIsLeftBehind() {
        String[] names = Path.of("/run/netns").toFile().list();
        assertThat(names == null ? new String[0] : names)
                .noneMatch(
                        name -> name.startsWith("amt-" + ProcessHandle.current().pid() + "-"));
    }

    @Test
    void podsReachEachOtherInBothFamilies() throws IOException {
        LabNamespace web = lab.pod("web");
        LabNamespace orders = lab.pod("orders");

        connect(web, orders, orders.ipv4());
        connect(web, orders, orders.ipv6());
    }

    @Test
    void podReachesTheFabricFromAnyAddress() throws IOException {
        LabNamespace odd = lab.pod("odd", InetAddress.ofLiteral("192.0.2.7"));

        connect(odd, lab.fabric(), InetAddress.ofLiteral("10.77.0.1"));
    }

    @Test
    void commandsAndActionsRunInside() {
        LabNamespace alone = lab.isolated("alone");

        String namespace = alone.run("readlink", "/proc/self/ns/net").strip();

        NetNs.Id inside = alone.call(() -> {
            try (NetNs here = NetNs.current()) {
                return here.id();
            }
        });
        assertThat(inside).hasToString(namespace);
        assertThat(alone.pipe("words", "cat")).isEqualTo("words");
    }

    @Test
    void failingCommandSaysWhatItSaid() {
        assertThatThrownBy(() -> lab.fabric().run("ip", "link", "show", "nosuch"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("\"nosuch\" does not exist");
    }

    @Test
    void processStartedInsideRunsThere() throws IOException {
        LabNamespace alone = lab.isolated("alone");

        Process process = alone.start("sh", "-c", "readlink /proc/self/ns/net; exec sleep 60");

        assertThat(process.inputReader(UTF_8).readLine())
                .isEqualTo(alone.netNs().id().toString());
    }

    @Test
    void namespaceOfADeadRunIsSwept() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        String left = "amt-" + dead.pid() + "-1-left";
        lab.fabric().run("ip", "netns", "add", left);

        NetnsLab.sweep();

        assertThat(Files.exists(Path.of("/run/netns", left))).isFalse();
    }

    @Test
    void namespaceThatSomebodySweptIsGone() {
        LabNamespace alone = lab.isolated("alone");
        lab.fabric().run("ip", "netns", "delete", alone.name());

        assertThatCode(alone::remove).doesNotThrowAnyException();
    }

    private static void connect(LabNamespace from, LabNamespace to, InetAddress address) throws IOException {
        try (ServerSocket server = to.call(() -> {
                    ServerSocket socket = new ServerSocket();
                    socket.bind(new InetSocketAddress(address, 0));
                    return socket;
                });
                Socket client = from.call(() -> {
                    Socket socket = new Socket();
                    socket.connect(new InetSocketAddress(address, server.getLocalPort()), SOON_MILLIS);
                    return socket;
                })) {
            assertThat(client.isConnected()).isTrue();
        }
    }
}
