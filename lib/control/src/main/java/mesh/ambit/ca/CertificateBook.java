package mesh.ambit.ca;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mesh.ambit.ca.CertificateState.Available;
import mesh.ambit.ca.CertificateState.Initializing;
import mesh.ambit.ca.CertificateState.Unavailable;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;
import org.jspecify.annotations.Nullable;

/**
 * Which identities have certificates, and which are to be asked for when.
 *
 * <pre>
 * request: (absent) -> Initializing
 * success: any -> Available, due again at half its life
 * failure: Initializing -> Unavailable; Available -> Available until its certificate has expired, then Unavailable
 * replace: Available -> Available, due soon
 * forget:  any -> (absent)
 * restore: (absent) -> kept aside, Available once it is wanted; Initializing, Unavailable -> Available; then due soon
 * </pre>
 *
 * <p>No I/O and no clock: the time is an argument, that of the wall, because certificates speak of it; a step of the clock is
 * told by {@link #stepped}. Belongs to one thread.
 */
final class CertificateBook {
    /** Requests to the CA that may be under way at once. */
    static final int MAX_PARALLEL = 8;

    /** Certificates kept aside for identities that nobody has asked for yet. */
    static final int MAX_RESTORED = 10_000;

    /** Who waits, the most urgent first. */
    enum Priority {
        /** A connection. */
        REAL_TIME,
        /** Nobody yet: a pod was seen on this node. */
        WARM_UP,
        /** Nobody: the certificate is still good. */
        BACKGROUND
    }

    private static final class Entry {
        final SpiffeId identity;
        CertificateState state = new Initializing();
        Priority priority;
        Instant due;
        /** Whether {@link #due} was counted from a moment of ours and not read in a certificate. */
        boolean relative = true;

        int failures;
        boolean underWay;

        /** Set for one that was under way when all were to be replaced: its answer may be from before. */
        @Nullable
        Instant again;

        Entry(SpiffeId identity, Priority priority, Instant due) {
            this.identity = identity;
            this.priority = priority;
            this.due = due;
        }
    }

    private final RandomGenerator random;
    private final Map<SpiffeId, Entry> entries = new HashMap<>();

    /** When each identity was last asked for; outlives its entry by the spacing, in case it comes back. */
    private final Map<SpiffeId, Instant> asked = new HashMap<>();

    /** Certificates of an earlier life of the process whose identities are not wanted yet. */
    private final Map<SpiffeId, Svid> restored = new HashMap<>();

    private int underWay;

    CertificateBook(RandomGenerator random) {
        this.random = random;
    }

    /** Returns the state of {@code identity}, which is wanted from now on. */
    CertificateState want(SpiffeId identity, Priority priority, Instant now) {
        Entry entry = entries.computeIfAbsent(identity, id -> new Entry(id, priority, now));
        Svid kept = restored.remove(identity);
        if (kept != null && entry.state instanceof Initializing && isGood(kept, now)) {
            holdRestored(entry, kept, now);
        }
        boolean first = entry.state instanceof Initializing;
        if (first && priority.compareTo(entry.priority) < 0) {
            entry.priority = priority;
        }
        return entry.state;
    }

    /**
     * Takes a certificate from an earlier life of the process. One that has expired, or is no better than what there is, is
     * ignored; so is every one beyond {@link #MAX_RESTORED}.
     *
     * @return the state of its identity, or null while that is not wanted
     */
    @Nullable
    CertificateState restore(Svid svid, Instant now) {
        Entry entry = entries.get(svid.identity());
        if (entry == null) {
            if (restored.size() < MAX_RESTORED && isGood(svid, now)) {
                restored.put(svid.identity(), svid);
            }
            return null;
        }
        if (!(entry.state instanceof Available) && isGood(svid, now)) {
            holdRestored(entry, svid, now);
        }
        return entry.state;
    }

    /**
     * The wall clock has been set, {@code by} later (or earlier, if negative) than the time that has passed. Waits of ours
     * keep their length; the middle of a certificate's life is where the new time says it is.
     */
    void stepped(Duration by) {
        for (Entry entry : entries.values()) {
            if (entry.relative) {
                entry.due = entry.due.plus(by);
            }
            entry.again = entry.again == null ? null : entry.again.plus(by);
        }
        asked.replaceAll((_, time) -> time.plus(by));
    }

    /** Makes every certificate due again, within {@code spread} from now, so that a fleet does not ask in step. */
    void replaceAll(Instant now, Duration spread) {
        for (Entry entry : entries.values()) {
            Instant due = within(now, spread);
            if (entry.underWay) {
                entry.again = due;
            }
            if (entry.state instanceof Available) {
                bringForward(entry, due);
            }
        }
    }

    private Instant within(Instant now, Duration spread) {
        return now.plusNanos((long) (spread.toNanos() * random.nextDouble()));
    }

    private static void bringForward(Entry entry, Instant due) {
        if (due.isBefore(entry.due)) {
            entry.due = due;
            entry.relative = true;
        }
    }

    /** Drops {@code identity}; the result of a request that is under way will be ignored. */
    void forget(SpiffeId identity) {
        Entry entry = entries.remove(identity);
        if (entry != null && entry.underWay) {
            // Its end will not find it any more.
            underWay--;
        }
    }

    /** Returns the identities to ask for now, the most urgent first; they count as under way from here on. */
    List<SpiffeId> start(Instant now) {
        asked.values().removeIf(time -> !time.plus(Rotation.MIN_SPACING).isAfter(now));
        List<Entry> ready = new ArrayList<>();
        for (Entry entry : entries.values()) {
            if (!entry.underWay && !dueOf(entry).isAfter(now)) {
                ready.add(entry);
            }
        }
        ready.sort(Comparator.comparing((Entry entry) -> entry.priority)
                .thenComparing(entry -> entry.due)
                .thenComparing(entry -> entry.identity));
        List<SpiffeId> started = new ArrayList<>();
        for (Entry entry : ready) {
            if (underWay == MAX_PARALLEL) {
                break;
            }
            underWay++;
            entry.underWay = true;
            asked.put(entry.identity, now);
            started.add(entry.identity);
        }
        return started;
    }

    /** Takes the certificate that was asked for. Returns whether the identity is still wanted. */
    boolean succeeded(SpiffeId identity, Svid svid, Instant now) {
        Entry entry = ended(identity);
        if (entry == null) {
            return false;
        }
        hold(entry, svid, now);
        Instant again = entry.again;
        if (again != null) {
            bringForward(entry, again);
        }
        entry.again = null;
        return true;
    }

    /** Takes a failure. Returns the state that follows, or null when the identity is not wanted any more. */
    @Nullable
    CertificateState failed(SpiffeId identity, String reason, Instant now) {
        Entry entry = ended(identity);
        if (entry == null) {
            return null;
        }
        entry.failures++;
        Duration wait = Rotation.jittered(Rotation.backoff(entry.failures), random);
        entry.due = now.plus(wait);
        entry.relative = true;
        if (entry.state instanceof Available(Svid svid) && svid.notAfter().isAfter(now)) {
            // One try falls on the expiry, so that the state tells the truth from then on.
            if (svid.notAfter().isBefore(entry.due)) {
                entry.due = svid.notAfter();
                entry.relative = false;
            }
        } else {
            entry.state = new Unavailable(reason);
        }
        return entry.state;
    }

    /** Returns when {@link #start} has something to do next, or null when that depends on others. */
    @Nullable
    Instant next() {
        if (underWay == MAX_PARALLEL) {
            return null;
        }
        Instant next = null;
        for (Entry entry : entries.values()) {
            if (!entry.underWay) {
                next = next == null ? dueOf(entry) : earlier(next, dueOf(entry));
            }
        }
        return next;
    }

    /** Returns every identity with its state. */
    Map<SpiffeId, CertificateState> states() {
        Map<SpiffeId, CertificateState> states = new HashMap<>();
        entries.forEach((identity, entry) -> states.put(identity, entry.state));
        return states;
    }

    private static void hold(Entry entry, Svid svid, Instant now) {
        entry.failures = 0;
        entry.state = new Available(svid);
        entry.priority = Priority.BACKGROUND;
        entry.due = Rotation.renewal(svid.notBefore(), svid.notAfter(), now);
        entry.relative = false;
    }

    /** The roots that it trusts are those of the day when it was issued, and nobody was there to notice other ones. */
    private void holdRestored(Entry entry, Svid svid, Instant now) {
        hold(entry, svid, now);
        bringForward(entry, within(now, Rotation.REPLACEMENT));
    }

    private static boolean isGood(Svid svid, Instant now) {
        return svid.notAfter().isAfter(now);
    }

    private @Nullable Entry ended(SpiffeId identity) {
        Entry entry = entries.get(identity);
        if (entry == null || !entry.underWay) {
            return null;
        }
        underWay--;
        entry.underWay = false;
        return entry;
    }

    private Instant dueOf(Entry entry) {
        Instant last = asked.get(entry.identity);
        if (last == null) {
            return entry.due;
        }
        Instant spaced = last.plus(Rotation.MIN_SPACING);
        return entry.due.isAfter(spaced) ? entry.due : spaced;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
