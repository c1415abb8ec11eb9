package mesh.ambit.istiod.issuer;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import mesh.ambit.istiod.issuer.LeafLedger.Held;
import mesh.ambit.istiod.issuer.LeafLedger.Holder;
import mesh.ambit.istiod.issuer.RootRotation.Action;
import mesh.ambit.istiod.issuer.RootRotation.Known;
import mesh.ambit.istiod.issuer.RootRotation.Straggler;
import mesh.ambit.istiod.issuer.RootRotation.Verdict;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A root of our own, kept in a store that other controllers may share: made where there is none, renewed under the same
 * key before it ends, changed in stages.
 *
 * <p>Every change is one write to the store, made only if nobody else was faster; what was written is then used. A store
 * that fails leaves everything as it is.
 */
final class SelfSigned implements MaterialSource {
    private static final Logger LOG = LoggerFactory.getLogger(SelfSigned.class);

    private static final int MAX_ATTEMPTS = 5;
    private static final Duration MAX_WAIT = Duration.ofSeconds(2);

    /**
     * How roots are made.
     *
     * @param trustDomain what the root names
     * @param lifetime of a root
     * @param gracePercent a root with less than that of its life left is renewed; 0 never
     */
    record Settings(String trustDomain, Duration lifetime, int gracePercent) {}

    private final MaterialStore store;
    private final Settings settings;
    private final LeafLedger ledger;
    private final Predicate<Holder> gone;
    private final Runnable changed;

    /** Signing reads, a step of the rotation writes: no certificate of an epoch appears after its end was decided on. */
    private final ReadWriteLock epochs = new ReentrantReadWriteLock();

    /** Held while the store is read or written. */
    private final ReentrantLock storing = new ReentrantLock();

    private volatile Snapshot snapshot;
    private volatile AuthorityState state;
    private volatile String problem = "";
    private @Nullable String version;

    /** What was issued without the store's knowledge. */
    private volatile Unrecorded unrecorded = Unrecorded.NOTHING;

    /** When the last certificate ends that anybody asked us for. Two threads may race for it; the next one makes it good. */
    private volatile Instant furthest = Instant.MIN;

    /**
     * Loads what is stored, or makes a root and stores it; whoever is second takes what the first has stored.
     *
     * @param ledger what was issued
     * @param gone whether a holder does not exist any more, as its pod has ended
     * @param changed called when another root signs or is trusted, on the thread that noticed, which may hold locks: must
     *     not wait
     * @throws IssuerException if that is not possible; nothing that was there is overwritten
     */
    SelfSigned(
            MaterialStore store,
            Settings settings,
            LeafLedger ledger,
            Predicate<Holder> gone,
            Runnable changed,
            Instant now) {
        this.store = store;
        this.settings = settings;
        this.ledger = ledger;
        this.gone = gone;
        this.changed = changed;
        for (int attempt = 0; ; attempt++) {
            MaterialStore.Stored stored = store.read();
            if (stored != null) {
                state = StateCodec.read(stored.data(), store.name(), now);
                version = stored.version();
                snapshot = snapshot(state, now);
                return;
            }
            AuthorityState made =
                    AuthorityState.steady(Root.generate(settings.trustDomain(), settings.lifetime(), now), now);
            if (store.write(StateCodec.write(made), null) != null) {
                LOG.info("{}: made a root, key {}", store.name(), made.active().keyId());
            } else if (attempt == MAX_ATTEMPTS) {
                throw new IssuerException(store.name() + ": neither there nor to be made");
            }
        }
    }

    @Override
    public Snapshot current() {
        return snapshot;
    }

    @Override
    public <T> T signing(Instant notAfter, Instant now, Function<Snapshot, T> sign) {
        epochs.readLock().lock();
        try {
            reserve(notAfter, now);
            return sign.apply(snapshot);
        } finally {
            epochs.readLock().unlock();
        }
    }

    /** Makes sure that the store knows of a certificate of the present epoch that ends at {@code end}. */
    private void reserve(Instant end, Instant now) {
        Epoch epoch = state.epoch();
        if (end.isAfter(furthest)) {
            furthest = end;
        }
        if (!end.isAfter(epoch.until()) || unrecorded.covers(epoch.generation(), end)) {
            return;
        }
        Instant reserved = Unrecorded.ahead(epoch, end);
        boolean locked = false;
        try {
            // A store that is slow to answer somebody else must not hold up certificates.
            locked = storing.tryLock(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            if (!locked) {
                unrecorded = new Unrecorded(epoch.generation(), reserved);
                return;
            }
            for (int attempt = 0;
                    attempt < MAX_ATTEMPTS && end.isAfter(state.epoch().until());
                    attempt++) {
                if (stored(state.issuedUntil(reserved))) {
                    return;
                }
                reload(now);
            }
        } catch (IssuerException e) {
            // Certificates go on: a mesh without them ends, while this only makes a later step wait for a person.
            unrecorded = new Unrecorded(epoch.generation(), reserved);
            report(e.getMessage() + " (certificates are issued; how long they last is not on record)");
        } catch (InterruptedException e) {
            unrecorded = new Unrecorded(epoch.generation(), reserved);
            Thread.currentThread().interrupt();
        } finally {
            if (locked) {
                storing.unlock();
            }
        }
    }

    /** Writes down what could not be written, and what will soon be needed, so that nobody who waits has to. */
    @SuppressWarnings("ReferenceEquality") // The state itself where nothing is to be added.
    private void writeDown() {
        AuthorityState next = unrecorded.addedTo(state, furthest);
        if (next == state || stored(next)) {
            unrecorded = Unrecorded.NOTHING;
        }
    }

    /** Stores {@code next} and goes on with it, unless somebody else was faster. Call with the lock. */
    private boolean stored(AuthorityState next) {
        String written = store.write(StateCodec.write(next), version);
        if (written == null) {
            return false;
        }
        version = written;
        state = next;
        report("");
        return true;
    }

    @Override
    public void poll(Instant now) {
        storing.lock();
        try {
            reload(now);
            writeDown();
            if (settings.gracePercent() > 0 && isDue(state.active(), now)) {
                renew(now);
            }
        } catch (IssuerException e) {
            report(e.getMessage() + " (going on with what was read before)");
        } finally {
            storing.unlock();
        }
    }

    /** Takes what is stored, if it is another than ours, and tells of it whoever it was that looked. Call with the lock. */
    private void reload(Instant now) {
        MaterialStore.Stored stored = store.read();
        if (stored == null) {
            throw new IssuerException(store.name() + ": gone; it is not made anew while its root is in use");
        }
        if (stored.version().equals(version)) {
            report("");
            return;
        }
        AuthorityState next = StateCodec.read(stored.data(), store.name(), now);
        Snapshot taken = snapshot(next, now);
        boolean different = next.epoch().generation() != state.epoch().generation() || !taken.equals(snapshot);
        if (next.epoch().generation() != state.epoch().generation()) {
            furthest = Instant.MIN;
        }
        version = stored.version();
        state = next;
        snapshot = taken;
        report("");
        if (different) {
            LOG.info(
                    "{}: changed: {}, key {} signs",
                    store.name(),
                    next.stage(),
                    next.active().keyId());
            changed.run();
        }
    }

    private boolean isDue(Root root, Instant now) {
        return RootRotation.isDue(
                root.certificate().getNotBefore().toInstant(),
                root.certificate().getNotAfter().toInstant(),
                settings.gracePercent(),
                now);
    }

    private void renew(Instant now) {
        AuthorityState next = state.renewed(state.active().renewed(settings.trustDomain(), settings.lifetime(), now));
        Snapshot renewed = snapshot(next, now);
        if (!stored(next)) {
            // Another controller was faster; its certificate comes with the next look.
            return;
        }
        snapshot = renewed;
        LOG.info(
                "{}: root renewed under the same key {}, until {}",
                store.name(),
                next.active().keyId(),
                next.active().certificate().getNotAfter().toInstant());
        changed.run();
    }

    /**
     * Makes one step of a change of the root.
     *
     * @param force whether stragglers are left behind
     * @return what became of it; what {@code Go} holds is stored and in use
     * @throws IssuerException if it cannot be stored; nothing has changed then
     */
    Verdict step(Action action, boolean force, Instant now) {
        Verdict verdict;
        epochs.writeLock().lock();
        try {
            verdict = decideAndStore(action, force, now);
        } finally {
            epochs.writeLock().unlock();
        }
        if (verdict instanceof Verdict.Go) {
            changed.run();
        }
        return verdict;
    }

    private Verdict decideAndStore(Action action, boolean force, Instant now) {
        storing.lock();
        try {
            reload(now);
            writeDown();
            Known known = force ? new Known(List.of(), Instant.MIN) : known(now);
            Verdict verdict = RootRotation.decide(
                    state, action, known, () -> Root.generate(settings.trustDomain(), settings.lifetime(), now), now);
            if (verdict instanceof Verdict.Go(AuthorityState next)) {
                Snapshot following = snapshot(next, now);
                if (!stored(next)) {
                    throw new IssuerException(store.name() + ": changed by somebody else meanwhile; ask again");
                }
                snapshot = following;
                furthest = Instant.MIN;
                LOG.info(
                        "{}: {}, key {} signs",
                        store.name(),
                        next.stage(),
                        next.active().keyId());
            }
            return verdict;
        } finally {
            storing.unlock();
        }
    }

    private Known known(Instant now) {
        List<Held> present = new ArrayList<>();
        for (Held held : ledger.held(now)) {
            if (!gone.test(held.holder())) {
                present.add(held);
            }
        }
        return new Known(present, store.isPrivate() ? ledger.since() : Instant.MAX);
    }

    private Snapshot snapshot(AuthorityState of, Instant now) {
        Root active = of.active();
        Stream<Root> roots = of.trusted().stream();
        Trust trust = new Trust(roots.map(Root::certificate).toList(), null);
        if (!active.certificate().getNotAfter().toInstant().isAfter(now) && settings.gracePercent() > 0) {
            // It has ended, perhaps while nobody ran, or the clock was set: the next look renews it.
            return new Snapshot(
                    new SigningMaterial(active.key(), active.certificate(), List.of(), trust, store.name()),
                    of.epoch().generation());
        }
        return new Snapshot(
                SigningMaterial.verified(active.key(), active.certificate(), List.of(), trust, store.name(), now),
                of.epoch().generation());
    }

    private void report(String what) {
        if (!what.equals(problem)) {
            problem = what;
            if (what.isEmpty()) {
                LOG.info("{}: readable and writable again", store.name());
            } else {
                LOG.error("{}", what);
            }
        }
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public Status status(Instant now) {
        AuthorityState at = state;
        Root other = at.other();
        Verdict next = RootRotation.decide(at, Action.after(at.stage()), known(now), at::active, now);
        return new Status(
                store.name(),
                at.stage(),
                other == null ? "" : other.keyId(),
                at.epochs(),
                next instanceof Verdict.Wait(List<Straggler> stragglers) ? stragglers : List.of());
    }
}
