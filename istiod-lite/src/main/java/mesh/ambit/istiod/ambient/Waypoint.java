package mesh.ambit.istiod.ambient;

import java.util.Map;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.GatewayClass;
import mesh.ambit.kube.LabelSelector;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import org.jspecify.annotations.Nullable;

/**
 * A Gateway that has an address, of whatever class, as something that objects can be bound to.
 *
 * @param key of the Gateway
 * @param address how clients find it; null when none of its addresses is of use, which does not keep it from being bound
 * @param trafficType what it accepts: {@code service}, {@code workload}, {@code all}; another text is nothing
 * @param tunnel how its instances take connections; null when nothing is said
 * @param allowedFrom which namespaces may attach: {@code All}, {@code Selector}; another text is its own only
 * @param allowed the namespaces of {@code Selector}; null for none
 */
record Waypoint(
        ObjectKey key,
        @Nullable GatewayAddress address,
        String trafficType,
        @Nullable ApplicationTunnel tunnel,
        String allowedFrom,
        @Nullable LabelSelector allowed) {
    static final int HBONE_PORT = 15008;

    private static final String HBONE = "HBONE";
    private static final String SANDWICH_PROTOCOL = "istio.io/PROXY";

    /** Of the largest number of 32 bits. */
    private static final int MAX_DIGITS = 10;

    boolean acceptsServices() {
        return trafficType.equals("service") || trafficType.equals("all");
    }

    boolean acceptsWorkloads() {
        return trafficType.equals("workload") || trafficType.equals("all");
    }

    /** Returns the waypoint that a Gateway is, or null as long as it has no address. */
    static @Nullable Waypoint of(ObjectKey key, Gateway gateway, @Nullable GatewayClass gatewayClass, String network) {
        if (gateway.addresses().isEmpty()) {
            return null;
        }
        Map<String, String> classLabels =
                gatewayClass == null ? Map.of() : gatewayClass.metadata().labels();
        String trafficType = gateway.metadata()
                .labels()
                .getOrDefault(Labels.WAYPOINT_FOR, classLabels.getOrDefault(Labels.WAYPOINT_FOR, "service"));
        ApplicationTunnel tunnel = tunnel(gateway, gatewayClass);
        Gateway.Listener listener = listener(gateway, tunnel);
        return new Waypoint(
                key,
                address(gateway, network),
                trafficType,
                tunnel,
                listener == null ? "" : listener.allowedFrom(),
                listener == null ? null : listener.selector());
    }

    private static @Nullable ApplicationTunnel tunnel(Gateway gateway, @Nullable GatewayClass gatewayClass) {
        String text = gateway.metadata().annotations().get(Labels.INBOUND_BINDING);
        if (text == null && gatewayClass != null) {
            text = gatewayClass.metadata().annotations().get(Labels.INBOUND_BINDING);
        }
        if (text == null) {
            return null;
        }
        String[] parts = text.split("/", -1);
        if (parts.length > 2) {
            return null;
        }
        ApplicationTunnel.Protocol protocol = switch (parts[0]) {
            case "NONE" -> ApplicationTunnel.Protocol.NONE;
            case "PROXY" -> ApplicationTunnel.Protocol.PROXY;
            default -> null;
        };
        return protocol == null
                ? null
                : new ApplicationTunnel(protocol, parts.length == 2 ? unsignedOrZero(parts[1]) : 0);
    }

    /** A port that cannot be read leaves the protocol as it is; one that is too large is the largest number. */
    private static int unsignedOrZero(String text) {
        if (!text.matches("[0-9]+")) {
            return 0;
        }
        String digits = text.replaceFirst("^0+(?=.)", "");
        long number = digits.length() > MAX_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits);
        return number > 0xffff_ffffL ? -1 : (int) number;
    }

    private static Gateway.@Nullable Listener listener(Gateway gateway, @Nullable ApplicationTunnel tunnel) {
        if (tunnel != null) {
            for (Gateway.Listener listener : gateway.listeners()) {
                boolean bound = tunnel.port() != 0
                        ? listener.port() == tunnel.port()
                        : tunnel.protocol() == ApplicationTunnel.Protocol.PROXY
                                && listener.protocol().equals(SANDWICH_PROTOCOL);
                if (bound) {
                    return listener;
                }
            }
        }
        for (Gateway.Listener listener : gateway.listeners()) {
            if (listener.protocol().equals(HBONE) && listener.port() == HBONE_PORT) {
                return listener;
            }
        }
        return null;
    }

    /** A host name is preferred, wherever it stands; addresses may be given to others later. */
    private static @Nullable GatewayAddress address(Gateway gateway, String network) {
        for (Gateway.Address address : gateway.addresses()) {
            if (address.type().equals(Gateway.Address.HOSTNAME)) {
                return new GatewayAddress(
                        new NamespacedHostname(gateway.metadata().namespace(), address.value()), HBONE_PORT);
            }
        }
        for (Gateway.Address address : gateway.addresses()) {
            var ip = address.type().equals(Gateway.Address.IP) ? Addresses.parseZoned(address.value()) : null;
            if (ip != null) {
                return new GatewayAddress(new NetworkAddress(network, ip), HBONE_PORT);
            }
        }
        return null;
    }
}
