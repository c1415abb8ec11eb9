package mesh.ambit.testkit;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Ports for listeners that have to come back where they were, or to be at the same one of several addresses. */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int COUNT = 10_000;
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Ports() {}

    /**
     * Returns a port that is free on every IPv4 address and stays so: the kernel gives those below its own range to nobody
     * who does not ask for them, while one of that range may be another connection's by the time it is needed.
     *
     * @throws IOException if all of them are taken
     */
    public static int free() throws IOException {
        for (int i = 0; i < COUNT; i++) {
            int candidate = FIRST + Math.floorMod(ProcessHandle.current().pid() * 100 + NEXT.getAndIncrement(), COUNT);
            try (ServerSocket free = new ServerSocket()) {
                free.bind(new InetSocketAddress("0.0.0.0", candidate));
                return candidate;
            } catch (BindException e) {
                // Somebody asked for this one.
            }
        }
        throw new IOException("no free port from " + FIRST + " to " + (FIRST + COUNT - 1));
    }
}
