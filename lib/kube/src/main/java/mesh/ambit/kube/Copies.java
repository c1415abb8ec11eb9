package mesh.ambit.kube;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Immutable copies whose order does not depend on chance. */
final class Copies {
    private Copies() {}

    /** Returns an unmodifiable copy sorted by key. */
    static <K extends Comparable<K>, V> SortedMap<K, V> sorted(Map<K, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }
}
