package mesh.ambit.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LoadServerIT {
    /** More than a small JVM needs for itself, and fewer than the connections. */
    private static final int FILES = 200;

    private static final int CONNECTIONS = 400;

    @Test
    @Timeout(60)
    void connectionsBeyondTheLimitOfOpenFilesWaitAndAreServedLater() throws IOException {
        Process server = start();
        List<Socket> sockets = new ArrayList<>();
        try (BufferedReader said = server.inputReader()) {
            int port = Integer.parseInt(said.readLine());
            for (int i = 0; i < CONNECTIONS; i++) {
                sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            assertThat(echoed(sockets.getFirst())).as("one of the first").isEqualTo(7);

            for (Socket socket : sockets.subList(0, CONNECTIONS - 1)) {
                socket.close();
            }

            assertThat(echoed(sockets.getLast())).as("one that had to wait").isEqualTo(7);
            try (Socket late = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertThat(echoed(late)).as("one that came later").isEqualTo(7);
            }
        } finally {
            server.destroyForcibly();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static int echoed(Socket socket) throws IOException {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(7);
        return socket.getInputStream().read();
    }

    private static Process start() throws IOException {
        return new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + FILES + " && exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EchoProgram.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
