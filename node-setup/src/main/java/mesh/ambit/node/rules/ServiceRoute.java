package mesh.ambit.node.rules;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * One port of a service's address and where it leads.
 *
 * @param endpoints of the same family as {@code address}; with none, connections are refused
 */
public record ServiceRoute(InetAddress address, Protocol protocol, int port, List<InetSocketAddress> endpoints) {
    public ServiceRoute {
        endpoints = List.copyOf(endpoints);
        for (InetSocketAddress endpoint : endpoints) {
            if (endpoint.getAddress().getClass() != address.getClass()) {
                throw new IllegalArgumentException("endpoint " + endpoint + " is of another family than " + address);
            }
        }
    }

    /** What the port speaks. */
    public enum Protocol {
        TCP,
        UDP
    }
}
