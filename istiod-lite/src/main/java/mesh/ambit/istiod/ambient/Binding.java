package mesh.ambit.istiod.ambient;

import mesh.ambit.kube.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * What became of the wish of an object for a waypoint. Without a wish all parts are null.
 *
 * @param waypoint null when the object is bound to none
 * @param problem why the wish was not granted
 * @param wished the Gateway that was asked for
 */
record Binding(
        @Nullable Waypoint waypoint,
        @Nullable Problem problem,
        @Nullable ObjectKey wished) {
    static final Binding NONE = new Binding(null, null, null);

    /** Why an object is not bound to the waypoint it asks for; the words of its status. */
    enum Problem {
        WAYPOINT_IS_NOT_READY("WaypointIsNotReady"),
        ATTACHMENT_DENIED("AttachmentDenied"),
        UNSUPPORTED_TRAFFIC_TYPE("UnsupportedTrafficType"),
        CROSS_NAMESPACE_WAYPOINT_FORBIDDEN("CrossNamespaceWaypointForbidden");

        private final String reason;

        Problem(String reason) {
            this.reason = reason;
        }

        /** Returns the reason as conditions of a status carry it. */
        String reason() {
            return reason;
        }
    }

    static Binding to(Waypoint waypoint) {
        return new Binding(waypoint, null, waypoint.key());
    }

    static Binding refused(Problem problem, ObjectKey wished) {
        return new Binding(null, problem, wished);
    }
}
