package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Places as load balancing names them: {@code region/zone/subzone}, the end left away or an asterisk for all of them. */
final class Localities {
    private static final int PARTS = 3;
    private static final String ALL = "*";

    private Localities() {}

    /** Returns what is wrong with places, empty when nothing is: none may be within one before it, but for the rest, with {@code *}. */
    static String wrong(List<String> places) {
        List<List<String>> before = new ArrayList<>();
        for (String place : places) {
            int star = place.indexOf('*');
            if (star >= 0 && star != place.length() - 1) {
                return "\"" + place + "\" has an asterisk before its end";
            }
            List<String> parts = List.of(place.split("/", PARTS));
            if (parts.contains("")) {
                return "\"" + place + "\" has an empty part";
            }
            boolean rest = parts.getLast().equals(ALL);
            List<String> whole = rest ? parts.subList(0, parts.size() - 1) : parts;
            boolean overlaps =
                    before.stream().anyMatch(other -> isWithin(whole, other) || (!rest && isWithin(other, whole)));
            if (overlaps) {
                return "\"" + place + "\" overlaps with another";
            }
            before.add(whole);
        }
        return "";
    }

    /** As {@link #wrong}, of places without an order: what can be in order is. */
    static String wrong(Set<String> places) {
        return wrong(places.stream()
                .sorted(Comparator.comparingInt((String place) -> -place.split("/", PARTS).length)
                        .thenComparing(place -> place.endsWith(ALL))
                        .thenComparing(Comparator.naturalOrder()))
                .toList());
    }

    private static boolean isWithin(List<String> place, List<String> other) {
        return place.size() >= other.size() && place.subList(0, other.size()).equals(other);
    }
}
