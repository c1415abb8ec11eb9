package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullMarked
class AuthoritySocketTest {
    @TempDir
    private Path folder;

    private final List<String> asked = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();

    /** Has these come, a failure for each null, and then nobody any more. */
    private void serve(List<@Nullable SocketChannel> clients) {
        Queue<List<SocketChannel>> coming = new ArrayDeque<>();
        clients.forEach(client -> coming.add(client == null ? List.of() : List.of(client)));
        AuthoritySocket.serve(
                () -> {
                    List<SocketChannel> next = coming.poll();
                    if (next == null) {
                        throw new ClosedChannelException();
                    }
                    if (next.isEmpty()) {
                        throw new IOException("Too many open files");
                    }
                    return next.getFirst();
                },
                line -> {
                    asked.add(line);
                    return "answer";
                },
                pauses::add);
    }

    @Test
    void waitsWhenNobodyCanBeTakenAndTakesThoseThatComeThen() throws IOException {
        try (ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            door.bind(UnixDomainSocketAddress.of(folder.resolve("sock")));
            try (SocketChannel client = SocketChannel.open(door.getLocalAddress())) {
                client.write(ByteBuffer.wrap("status\n".getBytes(StandardCharsets.UTF_8)));
                List<@Nullable SocketChannel> clients = new ArrayList<>();
                clients.add(null);
                clients.add(null);
                clients.add(door.accept());
                clients.add(null);

                serve(clients);

                assertThat(read(client)).isEqualTo("answer");
            }
        }
        assertThat(asked).containsExactly("status");
        assertThat(pauses).hasSize(3).allMatch(Duration::isPositive);
    }

    @Test
    void requestWithoutEndIsNotReadToItsEnd() throws IOException {
        try (ServerSocketChannel door = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            door.bind(UnixDomainSocketAddress.of(folder.resolve("sock")));
            try (SocketChannel client = SocketChannel.open(door.getLocalAddress())) {
                client.write(ByteBuffer.wrap("x".repeat(1_000).getBytes(StandardCharsets.UTF_8)));

                serve(List.of(door.accept()));
            }
        }
        assertThat(asked).isEmpty();
    }

    private static @Nullable String read(SocketChannel client) throws IOException {
        return new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8)).readLine();
    }
}
