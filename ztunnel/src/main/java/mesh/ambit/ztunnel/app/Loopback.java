package mesh.ambit.ztunnel.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the loopback interface can do. */
final class Loopback {
    private static final Path WITHOUT_IPV6 = Path.of("/proc/sys/net/ipv6/conf/lo/disable_ipv6");

    private Loopback() {}

    /** Returns whether it has IPv6, in the network namespace that the calling thread is in. */
    static boolean hasIpv6() {
        try {
            return !Files.readString(WITHOUT_IPV6).strip().equals("1");
        } catch (IOException e) {
            return false; // A kernel without IPv6.
        }
    }
}
