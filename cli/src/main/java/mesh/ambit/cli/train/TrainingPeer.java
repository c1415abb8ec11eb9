package mesh.ambit.cli.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The applications of the training: a server that echoes, and a client that keeps a mesh busy in every way there is. */
public final class TrainingPeer {
    static final int PORT = 8080;
    private static final int REQUEST_BYTES = 1024;
    private static final int BULK_CHUNK_BYTES = 64 * 1024;
    private static final int CLIENTS = 8;
    private static final int CONNECTIONS = 400;
    private static final int REQUESTS = 1_500;
    private static final int BULK_CHUNKS = 1_500;

    private TrainingPeer() {}

    /** Runs {@code serve}, or {@code load HOST SECONDS}, which ends by itself. */
    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("serve")) {
            serve();
        } else {
            load(arguments[1], System.nanoTime() + Long.parseLong(arguments[2]) * 1_000_000_000L);
        }
    }

    private static void serve() throws IOException {
        try (ServerSocket listener = new ServerSocket(PORT)) {
            System.out.println("ready");
            while (true) {
                Socket accepted = listener.accept();
                Thread.ofVirtual().start(() -> echo(accepted));
            }
        }
    }

    private static void echo(Socket accepted) {
        try (accepted) {
            accepted.getInputStream().transferTo(accepted.getOutputStream());
        } catch (IOException e) {
            // The client is gone, and what it was about to hear with it.
        }
    }

    private static void load(String host, long deadline) throws InterruptedException, ExecutionException {
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                work.add(clients.submit(() -> {
                    connections(host, deadline);
                    requests(host, deadline);
                    bulk(host, deadline);
                    connections(host, deadline);
                    return null;
                }));
            }
            for (Future<?> each : work) {
                each.get();
            }
        }
    }

    private static void connections(String host, long deadline) throws IOException {
        for (int i = 0; i < CONNECTIONS && System.nanoTime() < deadline; i++) {
            try (Socket socket = connect(host)) {
                exchange(socket, new byte[REQUEST_BYTES]);
            }
        }
    }

    private static void requests(String host, long deadline) throws IOException {
        try (Socket socket = connect(host)) {
            byte[] request = new byte[REQUEST_BYTES];
            for (int i = 0; i < REQUESTS && System.nanoTime() < deadline; i++) {
                exchange(socket, request);
            }
        }
    }

    private static void bulk(String host, long deadline) throws IOException {
        try (Socket socket = connect(host)) {
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // The writer finds out too, and says so.
                }
            });
            byte[] chunk = new byte[BULK_CHUNK_BYTES];
            for (int i = 0; i < BULK_CHUNKS && System.nanoTime() < deadline; i++) {
                socket.getOutputStream().write(chunk);
            }
            socket.shutdownOutput();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Socket connect(String host) throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress(host, PORT), 10_000);
        return socket;
    }

    private static void exchange(Socket socket, byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        InputStream in = socket.getInputStream();
        if (in.readNBytes(request.length).length < request.length) {
            throw new IOException("the connection ended before the answer did");
        }
    }
}
