package mesh.ambit.istiod.proxyless;

import org.jspecify.annotations.Nullable;

/** The resources of standard xDS that are served, in the order in which they are pushed. */
public enum ResourceKind {
    CLUSTER("envoy.config.cluster.v3.Cluster", "cds", true),
    ENDPOINT("envoy.config.endpoint.v3.ClusterLoadAssignment", "eds", false),
    LISTENER("envoy.config.listener.v3.Listener", "lds", true),
    ROUTE("envoy.config.route.v3.RouteConfiguration", "rds", false);

    private static final String PREFIX = "type.googleapis.com/";

    private final String message;
    private final String label;
    private final boolean whole;

    ResourceKind(String message, String label, boolean whole) {
        this.message = message;
        this.label = label;
        this.whole = whole;
    }

    /** Returns the kind of {@code typeUrl}, or null for one that is not served. */
    public static @Nullable ResourceKind find(String typeUrl) {
        for (ResourceKind kind : values()) {
            if (typeUrl.length() == PREFIX.length() + kind.message.length() && typeUrl.endsWith(kind.message)) {
                return kind;
            }
        }
        return null;
    }

    public String typeUrl() {
        return PREFIX + message;
    }

    /** Returns the full name of the message. */
    public String message() {
        return message;
    }

    /** Returns the value of metric label {@code type}, as upstream shortens it. */
    public String label() {
        return label;
    }

    /** Returns whether what a response does not hold is thereby gone; of the other kinds it stays as it was. */
    public boolean isWhole() {
        return whole;
    }

    /** Returns whether resources of this kind say which clusters calls go to. */
    public boolean leads() {
        return this == LISTENER || this == ROUTE;
    }
}
