package mesh.ambit.ztunnel.inpod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.NetNs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of connections that wait in the queue of a listener when it closes. The kernel resets them, unless it may
 * give them to another listener of the same port, which is what our successor has.
 */
public final class Backlog {
    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);
    private static final Path MIGRATE = Path.of("/proc/sys/net/ipv4/tcp_migrate_req");

    private Backlog() {}

    /**
     * Sets {@code net.ipv4.tcp_migrate_req} in a pod's namespace if that is possible; it is not where {@code /proc/sys} is
     * read-only or the kernel is older than 5.14, and then a hand-over may lose what waits at its very moment. Blocks
     * shortly.
     */
    public static void handOn(NetNs pod) {
        try {
            // What this path shows is the namespace of the thread that opens it.
            pod.run(() -> {
                try {
                    Files.writeString(MIGRATE, "1");
                } catch (IOException e) {
                    LOG.debug("waiting connections cannot be handed on: {}", e.toString());
                }
            });
        } catch (LinuxException e) {
            LOG.debug("waiting connections cannot be handed on: {}", e.getMessage());
        }
    }
}
