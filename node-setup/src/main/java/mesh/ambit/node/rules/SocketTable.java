package mesh.ambit.node.rules;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The connections of a namespace, as {@code /proc/net/tcp} and {@code tcp6} list them. */
record SocketTable(List<Connection> connections) {
    private static final Set<Integer> CAPTURE_PORTS = Set.of(CaptureRules.OUTBOUND_PORT, CaptureRules.INBOUND_PORT);

    private static final String ESTABLISHED = "01";

    SocketTable {
        connections = List.copyOf(connections);
    }

    /** One end of an established connection. */
    record Connection(InetSocketAddress local, InetSocketAddress remote) {
        @Override
        public String toString() {
            return text(local) + " -> " + text(remote);
        }

        private static String text(InetSocketAddress address) {
            String ip = address.getAddress().getHostAddress();
            return (ip.contains(":") ? "[" + ip + "]" : ip) + ":" + address.getPort();
        }
    }

    /** Reads one or both files; lines that are not connections are passed over. */
    static SocketTable parse(String text) {
        List<Connection> connections = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length > 3 && words[3].equals(ESTABLISHED) && words[1].indexOf(':') > 0) {
                connections.add(new Connection(address(words[1]), address(words[2])));
            }
        }
        return new SocketTable(connections);
    }

    /** Returns connections with others that no rule of ours has touched: neither loopback nor the proxy's. */
    List<Connection> foreign() {
        return connections.stream()
                .filter(connection -> !connection.local().getAddress().isLoopbackAddress()
                        && !connection.remote().getAddress().isLoopbackAddress()
                        && !CAPTURE_PORTS.contains(connection.local().getPort())
                        && connection.local().getPort() != CaptureRules.HBONE_PORT)
                .toList();
    }

    /**
     * Returns how many connections still pass through the proxy: those it has accepted by capture, and those it has
     * opened to the application of the pod with the address {@code own} in the name of a peer. Tunnels without a
     * stream are not counted: their peers keep them open for later.
     */
    long captured(Collection<InetAddress> own) {
        return connections.stream()
                .filter(connection -> CAPTURE_PORTS.contains(connection.local().getPort())
                        || (own.contains(connection.remote().getAddress())
                                && !own.contains(connection.local().getAddress())
                                && !connection.local().getAddress().isLoopbackAddress()))
                .count();
    }

    /** Addresses are printed as 32-bit words in the byte order of the machine, which is little endian for us. */
    private static InetSocketAddress address(String text) {
        int colon = text.indexOf(':');
        byte[] bytes = new byte[colon / 2];
        for (int i = 0; i < bytes.length; i++) {
            int swapped = (i & ~3) + 3 - (i & 3);
            bytes[swapped] = (byte) Integer.parseInt(text, 2 * i, 2 * i + 2, 16);
        }
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(bytes), Integer.parseInt(text, colon + 1, text.length(), 16));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text + " is not an address", e);
        }
    }
}
