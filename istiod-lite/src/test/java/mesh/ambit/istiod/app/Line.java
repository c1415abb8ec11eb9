package mesh.ambit.istiod.app;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mesh.ambit.testkit.Ports;
import org.jspecify.annotations.NullMarked;

/** A way to a server that can be cut, with all connections on it, and mended. */
@NullMarked
final class Line implements AutoCloseable {
    private final InetSocketAddress server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket listener;

    Line(InetSocketAddress server) throws IOException {
        this.server = server;
        this.listener = listen(Ports.free());
    }

    private ServerSocket listen(int port) throws IOException {
        ServerSocket next = new ServerSocket();
        next.setReuseAddress(true);
        next.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Thread.startVirtualThread(() -> accept(next));
        return next;
    }

    private void accept(ServerSocket from) {
        try {
            while (true) {
                Socket near = from.accept();
                open.add(near);
                Socket far = new Socket();
                open.add(far);
                far.connect(server);
                Thread.startVirtualThread(() -> pump(near, far));
                Thread.startVirtualThread(() -> pump(far, near));
                if (from.isClosed()) {
                    // Cut while it was made.
                    close(near);
                    close(far);
                }
            }
        } catch (IOException e) {
            // Cut, or the server is away: whoever connects finds nobody.
            close(from);
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to;
                InputStream in = from.getInputStream()) {
            in.transferTo(to.getOutputStream());
        } catch (IOException e) {
            // Either end went.
        } finally {
            open.remove(from);
        }
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new AssertionError("sockets can be closed", e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    void cut() {
        close(listener);
        open.forEach(Line::close);
    }

    void mend() throws IOException {
        listener = listen(listener.getLocalPort());
    }

    @Override
    public void close() {
        cut();
    }
}
