package mesh.ambit.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("netns")
class SocketOptionsIT {
    private ForeignNamespace foreign;
    private NetNs namespace;

    @BeforeEach
    void makeNamespace() throws IOException {
        foreign = ForeignNamespace.make();
        namespace = NetNs.open(foreign.path());
    }

    @AfterEach
    void removeNamespace() {
        namespace.close();
        foreign.close();
    }

    @Test
    void rightsInsidePodsAreProven() {
        KernelFeature.requireInPodRights();

        assertThat(KernelFeature.missing(
                        KernelFeature.CAP_NET_ADMIN, KernelFeature.CAP_SYS_ADMIN, KernelFeature.NF_TABLES))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {RawSocket.AF_INET, RawSocket.AF_INET6})
    void markAndOtherOptionsAreAccepted(int family) {
        try (RawSocket socket = namespace.call(() -> RawSocket.tcp(family))) {
            SocketOptions.setMark(socket.fd(), 1337);
            SocketOptions.setReusePort(socket.fd());
            SocketOptions.setTransparentSource(socket.fd());
            SocketOptions.setNotsentLowat(socket.fd(), 16_384);

            assertThat(SocketOptions.mark(socket.fd())).isEqualTo(1337);
        }
    }

    @Test
    void foreignSourceNeedsATransparentSocket() {
        InetSocketAddress foreignSource = at("192.0.2.7", 0);
        try (RawSocket plain = namespace.call(() -> RawSocket.tcp(RawSocket.AF_INET));
                RawSocket transparent = namespace.call(() -> RawSocket.tcp(RawSocket.AF_INET))) {
            SocketOptions.setTransparentSource(transparent.fd());

            transparent.bind(foreignSource);
            assertThatThrownBy(() -> plain.bind(foreignSource)).isInstanceOf(LinuxException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 127.0.0.9, 127.0.0.1", "10, ::1, ::1"})
    void portOfAForeignSourceServesManyDestinations(int family, String source, String destination) {
        namespace.run(() -> write("/proc/sys/net/ipv4/ip_local_port_range", "50000 50000"));
        try (RawSocket one = namespace.call(() -> RawSocket.listening("::", 1001));
                RawSocket other = namespace.call(() -> RawSocket.listening("::", 1002));
                RawSocket first = namespace.call(() -> RawSocket.tcp(family));
                RawSocket second = namespace.call(() -> RawSocket.tcp(family))) {
            for (RawSocket client : List.of(first, second)) {
                SocketOptions.setTransparentSource(client.fd());
                client.bind(at(source, 0));
            }
            first.connect(at(destination, one.port()));
            second.connect(at(destination, other.port()));

            assertThat(first.port()).isEqualTo(50_000);
            assertThat(second.port()).isEqualTo(50_000);
        }
    }

    @Test
    void connectionThatWasNotRedirectedHasNoOriginalDestination() throws IOException {
        try (RawSocket listener = namespace.call(() -> RawSocket.listening("::", 0));
                RawSocket client = namespace.call(() -> RawSocket.tcp(RawSocket.AF_INET))) {
            client.connect(at("127.0.0.1", listener.port()));
            try (RawSocket accepted = listener.accept()) {
                assertThat(SocketOptions.originalDestination(accepted.fd())).isNull();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"ip, 192.0.2.1", "ip6, 2001:db8::1"})
    void redirectedConnectionRemembersItsDestination(String family, String destination) throws Exception {
        try (RawSocket listener = namespace.call(() -> RawSocket.listening("::", 0))) {
            inside("ip", family.equals("ip") ? "-4" : "-6", "route", "add", "default", "dev", "lo");
            inside("ip", "address", "add", family.equals("ip") ? "10.0.0.1/32" : "fd00::1/128", "dev", "lo");
            inside("nft", """
                    table inet test {
                        chain output {
                            type nat hook output priority -100;
                            %s daddr %s tcp dport 80 redirect to :%d
                        }
                    }
                    """.formatted(family, destination, listener.port()));
            InetSocketAddress target = at(destination, 80);
            try (RawSocket client =
                    namespace.call(() -> RawSocket.tcp(family.equals("ip") ? RawSocket.AF_INET : RawSocket.AF_INET6))) {
                client.connect(target);
                try (RawSocket accepted = listener.accept()) {
                    assertThat(SocketOptions.originalDestination(accepted.fd())).isEqualTo(target);
                }
            }
        }
    }

    private static void write(String file, String value) {
        try {
            Files.writeString(Path.of(file), value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private void inside(String... command) throws Exception {
        Process process = namespace.call(
                () -> new ProcessBuilder(command).redirectErrorStream(true).start());
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", String.join(" ", command), output)
                .isZero();
    }
}
