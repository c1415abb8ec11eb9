package mesh.ambit.perf.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stacks that begin alike, joined.
 *
 * @param frame {@code package.Class.method}; empty at the root
 * @param place of what is inside it, as far as the frames from the root to it tell
 * @param nanos processor time in it and in what it calls
 * @param calls the most expensive first
 */
public record StackTree(String frame, Place place, long nanos, List<StackTree> calls) {
    public StackTree {
        calls = List.copyOf(calls);
    }

    /** Joins {@code stacks} from the first frame at which they differ; calls that took less than {@code part} are left out. */
    public static StackTree of(Stacks stacks, double part) {
        Node root = new Node();
        stacks.nanos().forEach((frames, nanos) -> {
            Node node = root;
            node.nanos += nanos;
            for (String frame : frames.reversed()) {
                node = node.calls.computeIfAbsent(frame, key -> new Node());
                node.nanos += nanos;
            }
        });
        Node begin = root;
        while (begin.calls.size() == 1) {
            begin = begin.calls.values().iterator().next();
        }
        return begin.freeze("", List.of(), Math.round(root.nanos * part));
    }

    /** Returns how many frames lie one in the other, this one not counted. */
    public int depth() {
        return calls.stream().mapToInt(call -> call.depth() + 1).max().orElse(0);
    }

    private static final class Node {
        private final Map<String, Node> calls = new LinkedHashMap<>();
        private long nanos;

        StackTree freeze(String frame, List<String> outside, long least) {
            List<String> path = new ArrayList<>(outside);
            if (!frame.isEmpty()) {
                path.addFirst(frame);
            }
            List<StackTree> frozen = calls.entrySet().stream()
                    .filter(each -> each.getValue().nanos >= least)
                    .map(each -> each.getValue().freeze(each.getKey(), path, least))
                    .sorted(Comparator.comparingLong(StackTree::nanos).reversed())
                    .toList();
            return new StackTree(frame, Place.of(path), nanos, frozen);
        }
    }
}
