package mesh.ambit.node.rules;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.CommandException;
import mesh.ambit.linux.NetNs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts redirection rules into a pod's namespace, looks whether they are in force, and takes them out again. Every
 * method is idempotent, blocks for the time of a few short-lived tools, and needs a platform thread.
 */
public final class PodRules {
    private static final Logger LOG = LoggerFactory.getLogger(PodRules.class);

    private PodRules() {}

    /**
     * Returns why rules cannot be written on this machine, or nothing if they can.
     */
    public static List<String> missingTools() {
        List<String> missing = new ArrayList<>();
        requireTool(missing, "nft", "nftables", "--version");
        requireTool(missing, "ip", "iproute2", "-Version");
        return missing;
    }

    /**
     * Captures new connections of the pod, and returns those that were open before and stay outside, by name.
     *
     * @throws CommandException if the kernel or a tool refuses
     */
    public static List<String> enrol(NetNs namespace, CaptureOptions options) {
        List<String> outside = options.graceful()
                ? sockets(namespace).foreign().stream()
                        .map(SocketTable.Connection::toString)
                        .toList()
                : List.of();
        PolicyRoutes.apply(namespace, options.ipv6());
        migrateRequests(namespace);
        Command.of("nft", "-f", "-")
                .in(namespace)
                .withInput(CaptureRules.enrol(options))
                .require();
        return outside;
    }

    /** Returns what is missing of the rules for {@code options}, looked up in the kernel; nothing if all are there. */
    public static List<String> missing(NetNs namespace, CaptureOptions options) {
        List<String> missing = new ArrayList<>(active(namespace).missing(options));
        missing.addAll(PolicyRoutes.missing(namespace, options.ipv6()));
        return missing;
    }

    /** Returns whether anything of ours is in the namespace, left by an earlier run perhaps. */
    public static boolean leftIn(NetNs namespace) {
        ActiveRules active = active(namespace);
        return active.hasTable(CaptureRules.NAT)
                || active.hasTable(CaptureRules.MANGLE)
                || active.hasTable(CaptureRules.RAW)
                || active.hasTable(CaptureRules.DRAIN);
    }

    /** Ends capture for new connections; captured ones go on until {@link #remove}. */
    public static void drain(NetNs namespace) {
        Command.of("nft", "-f", "-")
                .in(namespace)
                .withInput(CaptureRules.drain())
                .require();
    }

    /** Returns how many connections of the pod with these addresses still pass through the proxy. */
    public static long captured(NetNs namespace, Collection<InetAddress> own) {
        return sockets(namespace).captured(own);
    }

    /** Leaves nothing of ours in the namespace. Connections that are still captured are cut. */
    public static void remove(NetNs namespace) {
        Command.of("nft", "-f", "-")
                .in(namespace)
                .withInput(CaptureRules.remove())
                .require();
        PolicyRoutes.remove(namespace);
    }

    /** Puts the redirection of services in force in the place of the one before. */
    public static void redirectServices(NetNs namespace, Collection<ServiceRoute> routes) {
        Command.of("nft", "-f", "-")
                .in(namespace)
                .withInput(ServiceRules.script(routes))
                .require();
    }

    /** Removes the redirection of services. */
    public static void removeServices(NetNs namespace) {
        Command.of("nft", "-f", "-")
                .in(namespace)
                .withInput(ServiceRules.remove())
                .require();
    }

    private static ActiveRules active(NetNs namespace) {
        return ActiveRules.parse(
                Command.of("nft", "-j", "list", "ruleset").in(namespace).require());
    }

    private static SocketTable sockets(NetNs namespace) {
        return namespace.call(() -> {
            StringBuilder text = new StringBuilder();
            for (String file : List.of("tcp", "tcp6")) {
                try {
                    // The files of this very thread: those of /proc/net belong to the main thread.
                    text.append(Files.readString(Path.of("/proc/thread-self/net", file)));
                } catch (IOException e) {
                    LOG.debug("no connections to be read from {}", file, e);
                }
            }
            return SocketTable.parse(text.toString());
        });
    }

    /**
     * Lets the kernel give connections that nobody has accepted yet to the other listener when a proxy makes way for
     * its successor; without it they are reset.
     */
    private static void migrateRequests(NetNs namespace) {
        namespace.run(() -> {
            try {
                Files.writeString(Path.of("/proc/sys/net/ipv4/tcp_migrate_req"), "1");
            } catch (IOException e) {
                LOG.debug("{}: tcp_migrate_req is not to be had", namespace, e);
            }
        });
    }

    private static void requireTool(List<String> missing, String tool, String pkg, String question) {
        try {
            Command.of(tool, question).require();
        } catch (CommandException e) {
            missing.add(tool + " is missing or does not run; install the package " + pkg);
        }
    }
}
