package mesh.ambit.istiod.ambient;

import java.util.Map;
import mesh.ambit.model.ApplicationTunnel;
import mesh.ambit.model.GatewayAddress;
import org.jspecify.annotations.Nullable;

/**
 * How a workload and waypoints belong together: it is behind one, or an instance of one.
 *
 * @param waypoint the one it is behind; null for none
 * @param tunnel how it takes connections as an instance; null for none
 */
record Attachment(@Nullable Waypoint waypoint, @Nullable ApplicationTunnel tunnel) {
    static final Attachment NONE = new Attachment(null, null);

    static Attachment of(MeshReader reader, String namespace, Map<String, String> labels) {
        Waypoint instance = Bindings.instance(reader, namespace, labels);
        return instance == null
                ? new Attachment(Bindings.ofWorkload(reader, namespace, labels).waypoint(), null)
                : new Attachment(null, instance.tunnel());
    }

    @Nullable
    GatewayAddress waypointAddress() {
        return waypoint == null ? null : waypoint.address();
    }
}
