package mesh.ambit.istiod.ambient;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import mesh.ambit.config.Environment;

/** What can be switched on or off for the whole mesh, under the names and with the defaults of the reference. */
public enum Feature {
    /** There is a class of waypoints, whose Gateways are looked after; what binds to a waypoint binds to it either way. */
    WAYPOINTS("PILOT_ENABLE_AMBIENT_WAYPOINTS", true),
    /** Services may ask that gateways at the edge go through their waypoint. */
    INGRESS_WAYPOINT_ROUTING("ENABLE_INGRESS_WAYPOINT_ROUTING", true),
    /** Endpoints of other networks are reached through those networks' gateways. */
    MULTI_NETWORK("AMBIENT_ENABLE_MULTI_NETWORK", false),
    /** Policies marked as dry run are sent, to be logged only; otherwise they are withheld. */
    DRY_RUN_POLICIES("AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY", false),
    /** What is behind a waypoint accepts that waypoint, and thereby nobody else who is not allowed. */
    AUTO_ALLOW_WAYPOINT("PILOT_AUTO_ALLOW_WAYPOINT_POLICY", false),
    /** Selectors of ServiceEntries find Pods. */
    SERVICE_ENTRIES_SELECT_PODS("PILOT_ENABLE_SERVICEENTRY_SELECT_PODS", true),
    /** Selectors of Services find WorkloadEntries. */
    SERVICES_SELECT_WORKLOAD_ENTRIES("PILOT_ENABLE_K8S_SELECT_WORKLOAD_ENTRIES", true),
    /** Hosts of ServiceEntries without an address get the one that their status carries. */
    IP_AUTOALLOCATE("PILOT_ENABLE_IP_AUTOALLOCATE", true);

    private final String variable;
    private final boolean byDefault;

    Feature(String variable, boolean byDefault) {
        this.variable = variable;
        this.byDefault = byDefault;
    }

    /** Returns the environment variable that decides. */
    public String variable() {
        return variable;
    }

    /** Returns whether it is on when nobody says anything. */
    public boolean byDefault() {
        return byDefault;
    }

    /** Returns what is on when nobody says anything. */
    public static Set<Feature> defaults() {
        return from(Environment.of(name -> null));
    }

    /** Returns what is on. Any spelling that Go's {@code ParseBool} takes is understood, any other is a problem. */
    public static Set<Feature> from(Environment environment) {
        EnumSet<Feature> on = EnumSet.noneOf(Feature.class);
        for (Feature feature : values()) {
            if (environment.value(feature.variable, feature.byDefault, Feature::truth)) {
                on.add(feature);
            }
        }
        return Collections.unmodifiableSet(on);
    }

    private static boolean truth(String text) {
        if (!Labels.isTrue(text) && !Labels.isFalse(text)) {
            throw new IllegalArgumentException("expected: true or false");
        }
        return Labels.isTrue(text);
    }
}
