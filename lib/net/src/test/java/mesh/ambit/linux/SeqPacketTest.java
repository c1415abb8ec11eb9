package mesh.ambit.linux;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeqPacketTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration AT_ONCE = Duration.ofMillis(1);

    @TempDir
    Path folder;

    private SeqPacketListener listener;
    private SeqPacketConnection client;
    private SeqPacketConnection server;

    @BeforeEach
    void connect() throws IOException {
        listener = SeqPacketListener.listen(folder.resolve("socket"));
        client = SeqPacketConnection.connect(listener.path());
        server = listener.accept(SOON);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        listener.close();
    }

    @Test
    void packetsKeepTheirBoundaries() throws IOException {
        client.send(new byte[] {1, 2, 3});
        client.send(new byte[] {4});

        assertThat(receive(server)).containsExactly(1, 2, 3);
        assertThat(receive(server)).containsExactly(4);
    }

    @Test
    void descriptorTravelsBesideThePacket() throws IOException {
        try (NetNs namespace = NetNs.current()) {
            client.send(new byte[] {1}, namespace.fd());

            try (SeqPacketConnection.Packet packet = packet(server)) {
                assertThat(packet.descriptorCount()).isOne();
                assertThat(packet.truncated()).isFalse();
                try (NetNs received = NetNs.adopt(packet.takeDescriptor())) {
                    assertThat(received.id()).isEqualTo(namespace.id());
                    assertThat(received.fd()).isNotEqualTo(namespace.fd());
                }
            }
        }
    }

    @Test
    void descriptorsThatNobodyTakesAreClosedWithThePacket() throws IOException {
        try (NetNs namespace = NetNs.current()) {
            Set<String> before = OpenDescriptors.now();
            client.send(new byte[] {1}, namespace.fd());

            try (SeqPacketConnection.Packet packet = packet(server)) {
                assertThat(packet.descriptorCount()).isOne();
                assertThat(OpenDescriptors.since(before)).hasSize(1);
            }
            assertThat(OpenDescriptors.since(before)).isEmpty();
        }
    }

    @Test
    void packetThatDoesNotFitIsReportedAsTruncated() throws IOException {
        client.send(new byte[1025]);

        try (SeqPacketConnection.Packet packet = packet(server)) {
            assertThat(packet.truncated()).isTrue();
            assertThat(packet.bytes()).hasSize(1024);
        }
    }

    @Test
    void closedPeerReadsAsNull() throws IOException {
        client.close();

        assertThat(server.receive(1024, SOON)).isNull();
        assertThatThrownBy(() -> server.send(new byte[] {1})).isInstanceOf(IOException.class);
    }

    @Test
    void silentPeerTimesOut() {
        assertThatThrownBy(() -> server.receive(1024, AT_ONCE)).isInstanceOf(SocketTimeoutException.class);
        assertThatThrownBy(() -> listener.accept(AT_ONCE)).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void closingWakesTheThreadThatReceives() throws Exception {
        CompletableFuture<Void> blocked = CompletableFuture.runAsync(() -> unchecked(() -> server.receive(1024)));

        server.close();

        assertThatThrownBy(() -> blocked.get(60, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void closingWakesTheThreadThatAcceptsAndRemovesTheFile() throws Exception {
        CompletableFuture<Void> blocked = CompletableFuture.runAsync(() -> unchecked(listener::accept));

        listener.close();

        assertThatThrownBy(() -> blocked.get(60, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(AsynchronousCloseException.class);
        assertThat(folder.resolve("socket")).doesNotExist();
    }

    @Test
    void socketIsForItsOwnerOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(listener.path())))
                .isEqualTo("rw-------");
    }

    @Test
    void leftoverFileIsReplaced() throws IOException {
        Path path = Files.createFile(folder.resolve("leftover"));

        try (SeqPacketListener second = SeqPacketListener.listen(path);
                SeqPacketConnection connection = SeqPacketConnection.connect(path)) {
            second.accept(SOON).close();
            assertThat(connection.receive(1, SOON)).isNull();
        }
    }

    @Test
    void pathThatDoesNotFitIsExplained() {
        Path path = folder.resolve("x".repeat(120));

        assertThatThrownBy(() -> SeqPacketListener.listen(path))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("choose a shorter folder");
    }

    private static byte[] receive(SeqPacketConnection connection) throws IOException {
        try (SeqPacketConnection.Packet packet = packet(connection)) {
            return packet.bytes();
        }
    }

    private static SeqPacketConnection.Packet packet(SeqPacketConnection connection) throws IOException {
        return requireNonNull(connection.receive(1024, SOON), "peer has closed");
    }

    private static void unchecked(ThrowingCall call) {
        try {
            call.run();
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    private interface ThrowingCall {
        @Nullable
        Object run() throws Exception;
    }
}
