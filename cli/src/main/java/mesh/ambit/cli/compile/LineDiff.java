package mesh.ambit.cli.compile;

import java.util.ArrayList;
import java.util.List;

/** How two texts differ, in lines: the hunks of a unified diff with three lines around each change. */
final class LineDiff {
    private static final int CONTEXT = 3;

    /** Above this the differing middle is shown as replaced whole, so that time and memory stay bounded. */
    private static final long MAX_CELLS = 4_000_000;

    private LineDiff() {}

    private enum Kind {
        SAME(" "),
        REMOVED("-"),
        ADDED("+");

        private final String mark;

        Kind(String mark) {
            this.mark = mark;
        }
    }

    private record Step(Kind kind, String line) {}

    /** Returns the hunks, each with its header; none when the texts are equal. */
    static List<String> hunks(List<String> before, List<String> after) {
        List<Step> steps = steps(before, after);
        List<String> out = new ArrayList<>();
        int next = 0;
        int oldLine = 1;
        int newLine = 1;
        while (next < steps.size()) {
            int change = nextChange(steps, next);
            if (change == steps.size()) {
                break;
            }
            int start = Math.max(next, change - CONTEXT);
            // What is skipped is the same on both sides.
            oldLine += start - next;
            newLine += start - next;
            int end = end(steps, change);
            List<Step> hunk = steps.subList(start, end);
            int removed = count(hunk, Kind.ADDED);
            int added = count(hunk, Kind.REMOVED);
            out.add("@@ -" + range(oldLine, removed) + " +" + range(newLine, added) + " @@");
            hunk.forEach(step -> out.add(step.kind().mark + step.line()));
            oldLine += removed;
            newLine += added;
            next = end;
        }
        return out;
    }

    /** Returns where the hunk of a change ends: changes that are close to each other share one. */
    private static int end(List<Step> steps, int change) {
        int last = change;
        int next = change;
        while (next < steps.size() && next - last - 1 <= 2 * CONTEXT) {
            last = next;
            next = nextChange(steps, next + 1);
        }
        return Math.min(steps.size(), last + 1 + CONTEXT);
    }

    private static int nextChange(List<Step> steps, int from) {
        int next = from;
        while (next < steps.size() && steps.get(next).kind() == Kind.SAME) {
            next++;
        }
        return next;
    }

    /** Returns how many lines of a hunk are not of {@code other}: those that one side has. */
    private static int count(List<Step> hunk, Kind other) {
        return (int) hunk.stream().filter(step -> step.kind() != other).count();
    }

    /** An empty range is named by the line before it. */
    private static String range(int line, int length) {
        return (length == 0 ? line - 1 : line) + (length == 1 ? "" : "," + length);
    }

    private static List<Step> steps(List<String> before, List<String> after) {
        int head = 0;
        int shorter = Math.min(before.size(), after.size());
        while (head < shorter && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head
                && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        List<Step> steps = new ArrayList<>();
        before.subList(0, head).forEach(line -> steps.add(new Step(Kind.SAME, line)));
        middle(before.subList(head, before.size() - tail), after.subList(head, after.size() - tail), steps);
        before.subList(before.size() - tail, before.size()).forEach(line -> steps.add(new Step(Kind.SAME, line)));
        return steps;
    }

    /** Keeps a longest common subsequence. */
    private static void middle(List<String> before, List<String> after, List<Step> steps) {
        int[][] longest = new int[0][];
        if ((long) before.size() * after.size() <= MAX_CELLS) {
            longest = new int[before.size() + 1][after.size() + 1];
            for (int i = before.size() - 1; i >= 0; i--) {
                for (int j = after.size() - 1; j >= 0; j--) {
                    longest[i][j] = before.get(i).equals(after.get(j))
                            ? longest[i + 1][j + 1] + 1
                            : Math.max(longest[i + 1][j], longest[i][j + 1]);
                }
            }
        }
        int i = 0;
        int j = 0;
        while (longest.length > 0 && i < before.size() && j < after.size()) {
            if (before.get(i).equals(after.get(j))) {
                steps.add(new Step(Kind.SAME, before.get(i)));
                i++;
                j++;
            } else if (longest[i + 1][j] >= longest[i][j + 1]) {
                steps.add(new Step(Kind.REMOVED, before.get(i)));
                i++;
            } else {
                steps.add(new Step(Kind.ADDED, after.get(j)));
                j++;
            }
        }
        before.subList(i, before.size()).forEach(line -> steps.add(new Step(Kind.REMOVED, line)));
        after.subList(j, after.size()).forEach(line -> steps.add(new Step(Kind.ADDED, line)));
    }
}
