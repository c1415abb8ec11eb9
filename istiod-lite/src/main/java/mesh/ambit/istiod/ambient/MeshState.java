package mesh.ambit.istiod.ambient;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;

/**
 * Everything that clients may ask for at one moment. Immutable; equal objects give an equal state, in whatever order
 * they came.
 *
 * @param addresses workloads and services by xDS resource name
 * @param authorizations policies by xDS resource name
 * @param warnings what was left out or taken otherwise than written, one sentence each, sorted
 */
public record MeshState(
        SortedMap<String, MeshResource> addresses, SortedMap<String, Policy> authorizations, List<String> warnings) {
    /** A mesh without anything in it. */
    public static final MeshState EMPTY = new MeshState(new TreeMap<>(), new TreeMap<>(), List.of());

    public MeshState {
        addresses = Collections.unmodifiableSortedMap(new TreeMap<>(addresses));
        authorizations = Collections.unmodifiableSortedMap(new TreeMap<>(authorizations));
        warnings = List.copyOf(warnings);
    }
}
