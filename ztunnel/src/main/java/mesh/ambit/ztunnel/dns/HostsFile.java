package mesh.ambit.ztunnel.dns;

import io.netty.resolver.HostsFileEntriesProvider;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The {@code hosts} file of the system as it was when it was read. */
public final class HostsFile implements Function<String, List<InetAddress>> {
    private final HostsFileEntriesProvider entries;

    private HostsFile(HostsFileEntriesProvider entries) {
        this.entries = entries;
    }

    /** Reads the system's; one that cannot be read is empty. */
    public static HostsFile read() {
        return new HostsFile(HostsFileEntriesProvider.parser().parseSilently());
    }

    /** Returns the addresses of a name in lower case, IPv4 first; empty for none. */
    @Override
    public List<InetAddress> apply(String name) {
        List<InetAddress> addresses = new ArrayList<>(entries.ipv4Entries().getOrDefault(name, List.of()));
        addresses.addAll(entries.ipv6Entries().getOrDefault(name, List.of()));
        return addresses;
    }
}
