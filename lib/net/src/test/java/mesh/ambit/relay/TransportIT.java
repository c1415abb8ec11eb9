package mesh.ambit.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same tunnel over every way of driving sockets. */
class TransportIT {
    private static final int SIZE = 8 * 1024 * 1024;

    @ParameterizedTest
    @EnumSource
    void megabytesAndBothEndsCrossATunnel(Transport transport) throws Exception {
        assumeTrue(transport.isAvailable(), () -> transport + " does not work on this machine");
        RelayLab lab = new RelayLab(transport);
        try (Socket client = lab.connect(RelayLab.Path.TUNNEL);
                Socket server = lab.accept()) {
            CompletableFuture<Void> sending = new CompletableFuture<>();
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    send(client);
                    sending.complete(null);
                } catch (IOException e) {
                    sending.completeExceptionally(e);
                }
            });

            assertThat(server.getInputStream().readAllBytes()).hasSize(SIZE);
            server.getOutputStream().write(7);
            server.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).containsExactly(7);
            sending.get(60, TimeUnit.SECONDS);
            lab.awaitEnds(RelayLab.Path.TUNNEL, new RelayEnd.Completed());
        } finally {
            lab.close();
        }
    }

    @Test
    void bestTransportIsAvailable() {
        assertThat(Transport.best().isAvailable()).isTrue();
    }

    private static void send(Socket socket) throws IOException {
        OutputStream out = socket.getOutputStream();
        byte[] chunk = new byte[64 * 1024];
        for (int sent = 0; sent < SIZE; sent += chunk.length) {
            out.write(chunk);
        }
        socket.shutdownOutput();
    }
}
