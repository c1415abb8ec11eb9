package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import mesh.ambit.kube.ObjectKey;

/**
 * Something valid that does not do what its author probably means.
 *
 * @param field for example {@code spec.selector}
 * @param reason what is so
 * @param remedy what to do; empty when the reason says it
 */
public record Advice(Code code, ObjectKey object, String field, String reason, String remedy)
        implements Comparable<Advice> {
    private static final Comparator<Advice> ORDER = Comparator.comparing(Advice::object)
            .thenComparing(Advice::code)
            .thenComparing(Advice::field)
            .thenComparing(Advice::reason);

    /** What is so. The names are API: tools and people search for them. */
    public enum Code {
        /** A selector finds no workload. */
        SELECTS_NOTHING,
        /** A selector without labels. */
        EMPTY_SELECTOR,
        /** An older object of the same level counts. */
        SHADOWED,
        /** Nothing comes of the object where it stands. */
        WITHOUT_EFFECT,
        /** The object is for a control plane of another revision. */
        OTHER_REVISION,
        /** A policy is not enforced by node proxies. */
        NOT_ENFORCED,
        /** A policy is enforced by node proxies otherwise than written. */
        ENFORCED_OTHERWISE,
        /** What a policy is attached to is not there. */
        TARGET_NOT_FOUND,
        /** What a policy is attached to has no waypoint that would enforce it. */
        TARGET_WITHOUT_WAYPOINT,
        /** A waypoint that an object asks for is not there. */
        WAYPOINT_NOT_FOUND,
        /** A waypoint that an object asks for has no address yet. */
        WAYPOINT_NOT_READY,
        /** {@code exportTo} of something that node proxies send traffic to: they do not look at it. */
        EXPORT_NOT_FOLLOWED,
        /** {@code exportTo} leaves out the namespace of the waypoint that an object is bound to. */
        NOT_EXPORTED_TO_WAYPOINT,
        /** No selected pod has a port of that name. */
        PORT_NOT_FOUND,
        /** A host with an asterisk for a part of a name. */
        PARTIAL_WILDCARD,
        /** A port or an endpoint that only an address would tell has none. */
        ADDRESS_MISSING,
        /** Connections to several hosts that nothing tells apart. */
        HOSTS_ALIKE,
        /** A DENY rule about requests refuses what has none. */
        REFUSES_TCP,
        /** A rule that no request gets to. */
        UNREACHABLE_RULE
    }

    public Advice {
        requireNonNull(code, "code");
        requireNonNull(object, "object");
        requireNonNull(field, "field");
        requireNonNull(reason, "reason");
        requireNonNull(remedy, "remedy");
    }

    @Override
    public int compareTo(Advice other) {
        return ORDER.compare(this, other);
    }
}
