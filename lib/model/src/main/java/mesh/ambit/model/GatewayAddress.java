package mesh.ambit.model;

import java.util.Objects;

/**
 * Where a waypoint or a network gateway is found.
 *
 * @param destination a service's key (preferred) or an address
 * @param hboneMtlsPort the port on which it takes HBONE, 15008 as a rule; as sent, 0 if absent
 */
public record GatewayAddress(Destination destination, int hboneMtlsPort) {
    /** The two forms that the wire has. */
    public sealed interface Destination permits NamespacedHostname, NetworkAddress {}

    public GatewayAddress {
        Objects.requireNonNull(destination, "destination");
    }
}
