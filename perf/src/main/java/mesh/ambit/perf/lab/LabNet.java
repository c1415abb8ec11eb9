package mesh.ambit.perf.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import mesh.ambit.linux.Command;
import mesh.ambit.linux.NetNs;

/**
 * The network of a run: a bridge in a namespace of its own, and whatever is attached to it. Nothing is put into the
 * machine's own namespace. Closing removes everything; what a killed run left is swept by the next one.
 */
public final class LabNet implements AutoCloseable {
    private static final String PREFIX = "ambench-";
    private static final String FABRIC_ADDRESS = "10.78.0.1";

    private final String prefix = PREFIX + ProcessHandle.current().pid() + "-";
    private final Deque<Place> places = new ArrayDeque<>();
    private final Place fabric;
    private int links;

    /** Makes the bridge. */
    public LabNet() {
        sweep();
        fabric = make("fabric", InetAddress.ofLiteral(FABRIC_ADDRESS));
        batch(fabric, """
                link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
                link set br0 up
                address add 10.78.0.1/16 dev br0
                route add 0.0.0.0/0 dev br0
                """);
    }

    /** A namespace with an address on the bridge. */
    public record Place(String name, Path path, NetNs namespace, InetAddress address) {}

    /** Returns the namespace of the bridge itself, with an address that all others reach. */
    public Place fabric() {
        return fabric;
    }

    /** Attaches another namespace. */
    public Place attach(String title, String address) {
        Place place = make(title, InetAddress.ofLiteral(address));
        String port = "port" + ++links;
        Command.of("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", place.name())
                .in(fabric.namespace())
                .require();
        batch(fabric, "link set " + port + " master br0 up\n");
        batch(place, "link set eth0 up\naddress add " + address + "/32 dev eth0\nroute add 0.0.0.0/0 dev eth0\n");
        return place;
    }

    private Place make(String title, InetAddress address) {
        String name = prefix + title;
        Command.of("ip", "netns", "add", name).require();
        Place place = new Place(name, NetNs.NAMED.resolve(name), NetNs.open(NetNs.NAMED.resolve(name)), address);
        places.push(place);
        Command.of("ip", "link", "set", "lo", "up").in(place.namespace()).require();
        // Thousands of short connections a second between two addresses: else the ports run out, not the programs.
        setting(place, "ipv4/ip_local_port_range", "10000 65000");
        setting(place, "ipv4/tcp_tw_reuse", "1");
        return place;
    }

    /** Has the kernel forget closed connections of {@code place} early, for the same reason; once it tracks any. */
    void forgetClosedConnections(Place place) {
        setting(place, "netfilter/nf_conntrack_tcp_timeout_time_wait", "2");
        setting(place, "netfilter/nf_conntrack_tcp_timeout_close", "2");
    }

    private static void setting(Place place, String name, String value) {
        place.namespace().run(() -> {
            Path file = Path.of("/proc/sys/net", name);
            try {
                if (Files.exists(file)) {
                    Files.writeString(file, value);
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot set " + file, e);
            }
        });
    }

    private static void batch(Place place, String commands) {
        Command.of("ip", "-batch", "-")
                .in(place.namespace())
                .withInput(commands)
                .require();
    }

    @Override
    public void close() {
        while (!places.isEmpty()) {
            Place place = places.pop();
            place.namespace().close();
            Command.of("ip", "netns", "delete", place.name()).run();
        }
    }

    /** Removes what runs that are dead left behind; their process id is part of the name. */
    private static void sweep() {
        String[] names = NetNs.NAMED.toFile().list();
        for (String left : names == null ? new String[0] : names) {
            String[] parts = left.split("-", 3);
            if (left.startsWith(PREFIX)
                    && parts.length == 3
                    && parts[1].matches("\\d{1,9}")
                    && ProcessHandle.of(Long.parseLong(parts[1])).isEmpty()) {
                Command.of("ip", "netns", "delete", left).run();
            }
        }
    }
}
