package mesh.ambit.cli.up;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import mesh.ambit.linux.NetNs;

/** Asks a program in another network namespace over its loopback. */
public final class Readiness {
    private static final int TIMEOUT_MILLIS = 2_000;
    private static final int MOST_BYTES = 64 << 20;

    private Readiness() {}

    /** Returns whether {@code GET path} answers 200. No answer at all is a no. */
    static boolean answers(String namespace, int port, String path) {
        try {
            return get(namespace, port, path).matches("(?s)HTTP/1\\.[01] 200.*");
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the whole answer to {@code GET path}: status line, headers and body. Must be called on a platform thread. */
    public static String get(String namespace, int port, String path) throws IOException {
        return request(namespace, port, "GET", path);
    }

    /** As {@link #get}, with another method. */
    public static String request(String namespace, int port, String method, String path) throws IOException {
        try (SocketChannel channel = openIn(namespace)) {
            Socket socket = channel.socket();
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write((method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                    + "Content-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        }
    }

    /** A socket belongs to the namespace in which it was opened, wherever it is used. */
    private static SocketChannel openIn(String namespace) throws IOException {
        Path path = NetNs.NAMED.resolve(namespace);
        if (!Files.exists(path)) {
            throw new IOException("no network namespace " + namespace);
        }
        try (NetNs netns = NetNs.open(path)) {
            return netns.call(() -> SocketChannel.open(StandardProtocolFamily.INET));
        }
    }
}
