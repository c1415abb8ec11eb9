package mesh.ambit.perf.measure;

import java.util.ArrayList;
import java.util.List;

/** Everything that can be measured, in the order in which it is. */
public final class Measures {
    private Measures() {}

    /** Returns all of them. */
    public static List<Measure> all() {
        List<Measure> all = new ArrayList<>();
        for (int connections : new int[] {1, 8, 64}) {
            all.add(TrafficMeasure.bulk(connections, true));
            all.add(TrafficMeasure.bulk(connections, false));
        }
        all.add(TrafficMeasure.rate());
        all.add(TrafficMeasure.loop());
        all.add(TrafficMeasure.connect());
        all.add(new MixedMeasure());
        all.add(new ChurnMeasure());
        all.add(new MemoryMeasure());
        all.add(new StartMeasure());
        return List.copyOf(all);
    }

    /**
     * Returns those whose names, or the beginnings of them, are in {@code wanted}: {@code bulk} means all of bulk.
     *
     * @throws IllegalArgumentException if a word names none
     */
    public static List<Measure> named(List<String> wanted) {
        for (String word : wanted) {
            if (all().stream().noneMatch(measure -> isMeant(measure, word))) {
                throw new IllegalArgumentException(word + ": no such measure (expected: "
                        + String.join(", ", all().stream().map(Measure::name).toList()) + ")");
            }
        }
        return all().stream()
                .filter(measure -> wanted.isEmpty() || wanted.stream().anyMatch(word -> isMeant(measure, word)))
                .toList();
    }

    private static boolean isMeant(Measure measure, String word) {
        return measure.name().equals(word) || measure.name().startsWith(word + "-");
    }
}
