package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A gateway of the Gateway API: a waypoint, or the way to another network.
 *
 * @param addresses what its status says, in that order
 */
public record Gateway(ObjectMeta metadata, String gatewayClassName, List<Listener> listeners, List<Address> addresses)
        implements KubeObject {
    public Gateway {
        requireNonNull(metadata, "metadata");
        requireNonNull(gatewayClassName, "gatewayClassName");
        listeners = List.copyOf(listeners);
        addresses = List.copyOf(addresses);
    }

    @Override
    public Kind kind() {
        return Kind.GATEWAY;
    }

    /**
     * A port that a gateway listens on. Texts that are not given are empty.
     *
     * @param tlsMode {@code Terminate} or {@code Passthrough}
     * @param allowedFrom which namespaces may attach: {@code All}, {@code Selector}, {@code Same}, {@code None}
     * @param selector the namespaces of {@code Selector}; null when not given, which selects none
     * @param hostname that it is for; empty for all
     * @param kinds of routes that it is meant to take; none means all that its protocol can
     */
    public record Listener(
            String name,
            int port,
            String protocol,
            String tlsMode,
            String allowedFrom,
            @Nullable LabelSelector selector,
            String hostname,
            List<RouteKind> kinds) {
        public Listener {
            requireNonNull(name, "name");
            requireNonNull(protocol, "protocol");
            requireNonNull(tlsMode, "tlsMode");
            requireNonNull(allowedFrom, "allowedFrom");
            requireNonNull(hostname, "hostname");
            kinds = List.copyOf(kinds);
        }
    }

    /** A kind of routes, with its API group. */
    public record RouteKind(String group, String kind) {
        public RouteKind {
            requireNonNull(group, "group");
            requireNonNull(kind, "kind");
        }
    }

    /**
     * Where a gateway is found.
     *
     * @param type {@link #IP} or {@link #HOSTNAME}; another word, or empty when not given, is of no use
     */
    public record Address(String type, String value) {
        public static final String IP = "IPAddress";
        public static final String HOSTNAME = "Hostname";

        public Address {
            requireNonNull(type, "type");
            requireNonNull(value, "value");
        }
    }
}
