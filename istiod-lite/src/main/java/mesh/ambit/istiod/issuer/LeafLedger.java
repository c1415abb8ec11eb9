package mesh.ambit.istiod.issuer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who holds which certificate: the latest that each holder got. Thread-safe.
 *
 * <p>A holder is an identity at a place: a node for identities that its proxy asked for, else the caller itself. A holder
 * that gets a certificate lays down the one before. Callers of whom nobody knows in which pod they are share a place: of
 * each generation the certificate counts that ends last.
 */
final class LeafLedger {
    /** About 100 bytes each; a mesh of 100,000 pods has fewer identities by node. */
    static final int MAX_HOLDERS = 500_000;

    /** An identity and where it is used. */
    record Holder(String identity, String place) {
        /** Place of callers whose token names no pod. */
        static final String CALLER = "caller";
    }

    /** What a holder got last. */
    record Leaf(int generation, Instant notAfter) {}

    /** A holder with what it has. */
    record Held(Holder holder, Leaf leaf) {}

    /** A holder, and of several who share one what they have. */
    private record Slot(Holder holder, int generation) {
        static Slot of(Holder holder, Leaf leaf) {
            return new Slot(holder, holder.place().equals(Holder.CALLER) ? leaf.generation() : 0);
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Slot, Leaf> leaves = new HashMap<>();
    private Instant since;

    /** Creates one that knows of everything issued from {@code since} on. */
    LeafLedger(Instant since) {
        this.since = since;
    }

    /** Remembers a certificate. */
    void issued(Holder holder, Leaf leaf, Instant now) {
        Slot slot = Slot.of(holder, leaf);
        lock.lock();
        try {
            if (leaves.size() >= MAX_HOLDERS && !leaves.containsKey(slot)) {
                leaves.values().removeIf(held -> !held.notAfter().isAfter(now));
                if (leaves.size() >= MAX_HOLDERS) {
                    // From here on we do not know them all.
                    since = now;
                    leaves.clear();
                }
            }
            boolean shared = holder.place().equals(Holder.CALLER);
            leaves.merge(
                    slot,
                    leaf,
                    (before, latest) -> shared && before.notAfter().isAfter(latest.notAfter()) ? before : latest);
        } finally {
            lock.unlock();
        }
    }

    /** Returns from when on nothing is missing. */
    Instant since() {
        lock.lock();
        try {
            return since;
        } finally {
            lock.unlock();
        }
    }

    /** Says from when on nothing is missing. */
    void completeSince(Instant time) {
        lock.lock();
        try {
            since = time;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the holders of certificates that are valid at {@code now}, sorted. */
    List<Held> held(Instant now) {
        List<Held> held = new ArrayList<>();
        lock.lock();
        try {
            leaves.values().removeIf(leaf -> !leaf.notAfter().isAfter(now));
            leaves.forEach((slot, leaf) -> held.add(new Held(slot.holder(), leaf)));
        } finally {
            lock.unlock();
        }
        held.sort(Comparator.comparing((Held each) -> each.holder().identity())
                .thenComparing(each -> each.holder().place())
                .thenComparingInt(each -> each.leaf().generation()));
        return held;
    }
}
