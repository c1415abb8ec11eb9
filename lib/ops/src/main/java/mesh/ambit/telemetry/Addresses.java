package mesh.ambit.telemetry;

import java.net.InetSocketAddress;

/** How logs and dumps write socket addresses. */
public final class Addresses {
    private Addresses() {}

    /** Returns {@code ip:port}, IPv6 in its shortest form and in brackets; an unresolved address keeps its name. */
    public static String print(InetSocketAddress address) {
        return address.isUnresolved()
                ? address.getHostString() + ":" + address.getPort()
                : mesh.ambit.model.Addresses.print(address);
    }
}
