package mesh.ambit.istiod.push;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A position in the history of the mesh. Each step leads to the next one only, so what no client is behind any more is
 * forgotten by itself, and a client that is behind keeps names alive, not states.
 *
 * <p>One writer appends; any thread reads.
 */
final class Step {
    private final long number;

    /** How many names have changed up to here, counted as often as they did. */
    private final long names;

    private volatile @Nullable Link link;

    private record Link(MeshChange change, Step next) {}

    private Step(long number, long names) {
        this.number = number;
        this.names = names;
    }

    static Step first() {
        return new Step(0, 0);
    }

    /** Returns the position after {@code change}; this step leads there from now on. */
    Step append(MeshChange change) {
        Step next = new Step(number + 1, names + change.size());
        link = new Link(change, next);
        return next;
    }

    long number() {
        return number;
    }

    /** Returns how many names have to be looked at to come from here to {@code later}. */
    long namesUntil(Step later) {
        return later.names - names;
    }

    /** Returns everything that changed between this step and {@code later}. */
    MeshChange changesUntil(Step later) {
        if (number >= later.number) {
            return MeshChange.NONE;
        }
        Link first = requireNonNull(link, "a step that has a later one leads to it");
        if (first.next.number == later.number) {
            return first.change;
        }
        MeshChange.Union union = new MeshChange.Union();
        Step at = this;
        while (at.number < later.number) {
            Link next = requireNonNull(at.link, "a step that has a later one leads to it");
            union.add(next.change);
            at = next.next;
        }
        return union.change();
    }
}
