package mesh.ambit.ztunnel.app;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import mesh.ambit.testkit.LabNamespace;

/** A plain application in a pod: greets with the address it sees, then sends back what it gets. */
final class EchoApp implements AutoCloseable {
    /** A machine may be slow; nothing that is tried here takes so long by itself. */
    private static final int PATIENCE_MILLIS = 60_000;

    private final ServerSocket listener;

    EchoApp(LabNamespace pod, int port) throws IOException {
        listener = pod.call(() -> new ServerSocket(port, 50, InetAddress.ofLiteral("0.0.0.0")));
        Thread.ofPlatform().daemon().name("echo").start(this::serve);
    }

    /** Connects from a pod; the connection is open when this returns, though perhaps not for long. */
    static Socket dial(LabNamespace pod, InetAddress address, int port) throws IOException {
        Socket socket = pod.call(Socket::new);
        pod.call(() -> {
            socket.bind(null);
            return null;
        });
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
        return socket;
    }

    /** Says {@code text} and returns the greeting and the echo, or what is left of them when the connection ends. */
    static String talk(LabNamespace pod, InetAddress address, int port, String text) throws IOException {
        try (Socket socket = dial(pod, address, port)) {
            return exchange(socket, text) + rest(socket);
        }
    }

    /**
     * Sends {@code text} over an open connection and returns one line that comes back; empty when it has ended. One that
     * says nothing has not ended: that fails the test.
     */
    static String exchange(Socket socket, String text) {
        try {
            socket.getOutputStream().write((text + "\n").getBytes(US_ASCII));
            return line(socket.getInputStream());
        } catch (SocketTimeoutException e) {
            throw new UncheckedIOException("neither an answer nor an end", e);
        } catch (IOException e) {
            return "";
        }
    }

    private static String rest(Socket socket) {
        try {
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), US_ASCII);
        } catch (SocketTimeoutException e) {
            throw new UncheckedIOException("no end", e);
        } catch (IOException e) {
            return "";
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            line.append((char) c);
            if (c == '\n') {
                break;
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void serve() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofPlatform().daemon().name("echo-connection").start(() -> echo(socket));
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            String client = socket.getInetAddress().getHostAddress();
            boolean first = true;
            for (String line = line(socket.getInputStream()); !line.isEmpty(); line = line(socket.getInputStream())) {
                String greeting = first ? "hello " + client + ": " : "";
                socket.getOutputStream().write((greeting + line).getBytes(US_ASCII));
                first = false;
            }
        } catch (IOException e) {
            // The client went away, which tests do on purpose.
        }
    }
}
