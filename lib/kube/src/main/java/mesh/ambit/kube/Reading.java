package mesh.ambit.kube;

import java.util.Map;

/** How closely objects are looked at while they are read. */
public enum Reading {
    /**
     * As an API server would: objects with invalid values or unknown Istio fields are refused. Of two with the same key the
     * first counts: a copy that somebody forgot does not replace what is in force.
     */
    CHECKED,
    /**
     * As they lie in a store that nobody guards: only what cannot be read at all is refused. Of two with the same key the
     * last counts, as it would have been written over the first.
     */
    AS_STORED;

    /** Adds an object to those that were read before it. */
    <T> void add(Map<ObjectKey, T> objects, ObjectKey key, T object) {
        if (this == CHECKED) {
            objects.putIfAbsent(key, object);
        } else {
            objects.put(key, object);
        }
    }

    /** Says which of two objects with the same key counts, of the later one. */
    String duplicate(String first) {
        return this == CHECKED ? "is already in " + first + ", which counts" : "counts instead of that in " + first;
    }
}
