package mesh.ambit.istiod.issuer;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.LeafLedger.Holder;
import mesh.ambit.istiod.issuer.RootRotation.Action;
import mesh.ambit.istiod.issuer.RootRotation.Verdict;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The root of the mesh's trust while the controller runs: finds out what signs, follows it, tells whoever must know.
 *
 * <p>What signs, in this order: an external signer if one is named; what is plugged in; what is stored; a root that is made
 * and stored. Has one thread of its own, which looks for changes. Thread-safe.
 */
public final class CertificateAuthority implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthority.class);

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration EXTERNAL_LOOK = Duration.ofSeconds(30);
    private static final Duration EXTERNAL_TIMEOUT = Duration.ofSeconds(10);
    private static final long AUDIT_FILE_BYTES = 64L * 1024 * 1024;
    private static final String NODE_PLACE = "node/";

    private final InstantSource clock;
    private final AuditLog audit;
    private final Issuer issuer;
    private final @Nullable MaterialSource source;
    private final @Nullable ExternalIssuer external;
    private final List<Consumer<Trust>> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("ambit-ca").daemon().factory());

    private CertificateAuthority(
            AuthorityConfig config,
            MaterialStore store,
            @Nullable ExternalSigner signer,
            String trustDomain,
            Supplier<Placement> placement,
            InstantSource clock) {
        this.clock = clock;
        this.audit = new AuditLog(config.auditFile(), AUDIT_FILE_BYTES);
        Instant now = clock.instant();
        LeafLedger ledger = audit.recall(now);
        if (signer != null) {
            ExternalIssuer elsewhere = new ExternalIssuer(signer, EXTERNAL_TIMEOUT);
            elsewhere.refresh();
            external = elsewhere;
            source = null;
            issuer = elsewhere;
        } else {
            MaterialSource ours = source(config, store, ledger, trustDomain, placement, now);
            external = null;
            source = ours;
            issuer = new LocalIssuer(ours, ledger);
        }
    }

    private MaterialSource source(
            AuthorityConfig config,
            MaterialStore store,
            LeafLedger ledger,
            String trustDomain,
            Supplier<Placement> placement,
            Instant now) {
        PluggedIn files = new PluggedIn(
                config.pluggedIn(), config.revocation(), config.kubernetes().rootInCacerts());
        if (!files.read().isEmpty()) {
            return new PluggedInSource(files, config.severalRoots(), this::changed, now);
        }
        boolean renews = !config.rootCheck().isNegative() && !config.rootCheck().isZero();
        SelfSigned.Settings settings =
                new SelfSigned.Settings(trustDomain, config.rootLifetime(), renews ? config.rootGracePercent() : 0);
        SelfSigned own =
                new SelfSigned(store, settings, ledger, holder -> isGone(holder, placement.get()), this::changed, now);
        // A root that ended while nobody ran is renewed before anybody asks.
        own.poll(now);
        return own;
    }

    /**
     * Finds out what signs and begins to follow it.
     *
     * @param store where a root of our own is kept
     * @param signers those that need no class path, by what they are for
     * @param trustDomain what such a root names
     * @param placement which pods there are; {@link Placement#NONE} itself means that this is not known yet
     * @throws IssuerException if there is something to sign with and it cannot be used
     */
    public static CertificateAuthority open(
            AuthorityConfig config,
            MaterialStore store,
            List<ExternalSigner> signers,
            String trustDomain,
            Supplier<Placement> placement,
            InstantSource clock) {
        return open(config, store, signer(config.externalSigner(), signers), trustDomain, placement, clock);
    }

    static CertificateAuthority open(
            AuthorityConfig config,
            MaterialStore store,
            @Nullable ExternalSigner signer,
            String trustDomain,
            Supplier<Placement> placement,
            InstantSource clock) {
        CertificateAuthority authority = new CertificateAuthority(config, store, signer, trustDomain, placement, clock);
        Duration look = authority.external != null ? EXTERNAL_LOOK : authority.isStored() ? store.interval() : LOOK;
        authority.looking.scheduleWithFixedDelay(
                authority::look, look.toMillis(), look.toMillis(), TimeUnit.MILLISECONDS);
        return authority;
    }

    private static @Nullable ExternalSigner signer(String name, List<ExternalSigner> known) {
        if (name.isEmpty()) {
            return null;
        }
        for (Iterable<ExternalSigner> signers : List.of(known, ServiceLoader.load(ExternalSigner.class))) {
            for (ExternalSigner signer : signers) {
                if (signer.name().equals(name)) {
                    return signer;
                }
            }
        }
        if (name.equals(AuthorityConfig.KUBERNETES_SIGNER)) {
            throw new IssuerException(AuthorityConfig.EXTERNAL_CA + "=" + name
                    + ": there is no API server here to have anything signed by");
        }
        throw new IssuerException(AuthorityConfig.AMBIT_EXTERNAL_CA + "=" + name
                + ": there is no such signer on the class path (expected: a service of "
                + ExternalSigner.class.getName() + ")");
    }

    private boolean isStored() {
        return source instanceof SelfSigned;
    }

    /** Returns whether the pod whose identity that was has left the node. What is not known counts as present. */
    @SuppressWarnings("ReferenceEquality") // There is one placement that knows nothing.
    static boolean isGone(Holder holder, Placement placement) {
        SpiffeId identity = SpiffeId.tryParse(holder.identity());
        return placement != Placement.NONE
                && identity != null
                && holder.place().startsWith(NODE_PLACE)
                && !placement.runs(
                        identity.namespace(),
                        identity.serviceAccount(),
                        holder.place().substring(NODE_PLACE.length()));
    }

    /** Returns what signs. */
    public Issuer issuer() {
        return issuer;
    }

    AuditLog audit() {
        return audit;
    }

    /** Returns what the mesh trusts now. */
    public Trust trust() {
        return issuer.trust();
    }

    /** Tells {@code listener} from now on when another key signs or other roots are trusted, one call at a time. */
    public void whenChanged(Consumer<Trust> listener) {
        listeners.add(listener);
    }

    /** Returns when the first root of the trust bundle ends. */
    public Instant rootEnd() {
        try {
            return trust().roots().getFirst().getNotAfter().toInstant();
        } catch (IssuanceException e) {
            return Instant.EPOCH;
        }
    }

    /** Returns when the signing certificate ends, or null where that is a root itself, or not known. */
    public @Nullable Instant chainEnd() {
        MaterialSource ours = source;
        if (ours == null || ours.current().material().chain().isEmpty()) {
            return null;
        }
        return ours.current().material().chain().getFirst().getNotAfter().toInstant();
    }

    /** Returns what a person should know, as JSON; see {@link AuthorityReport}. */
    public AuthorityReport report() {
        Instant now = clock.instant();
        MaterialSource ours = source;
        ExternalIssuer elsewhere = external;
        String problem = ours != null ? ours.problem() : elsewhere != null ? elsewhere.problem() : "";
        return AuthorityReport.of(
                trustOrNull(), ours, elsewhere == null ? "" : "external CA", problem, audit.problem(), now);
    }

    private @Nullable Trust trustOrNull() {
        try {
            return issuer.trust();
        } catch (IssuanceException e) {
            return null;
        }
    }

    /**
     * Makes one step of a change of the root, {@code next}, {@code introduce}, {@code reissue}, {@code retire}, {@code
     * forget} or {@code undo}, if that leaves nobody behind.
     *
     * @param force whether whoever holds a certificate that will not be accepted is left behind
     * @throws IssuerException if it cannot be done, with the reason
     */
    public RotationReport rotate(String step, boolean force) {
        if (!(source instanceof SelfSigned own)) {
            throw new IssuerException(
                    "the signing material is not the controller's own: change it where it comes from");
        }
        Instant now = clock.instant();
        Action action = step.equals("next") ? Action.after(own.status(now).stage()) : RotationReport.action(step);
        Verdict verdict = own.step(action, force, now);
        return RotationReport.of(action, verdict, own.status(now).stage());
    }

    private void look() {
        try {
            audit.flush();
            MaterialSource ours = source;
            ExternalIssuer elsewhere = external;
            if (ours != null) {
                ours.poll(clock.instant());
            } else if (elsewhere != null && elsewhere.refresh()) {
                changed();
            }
        } catch (RuntimeException e) {
            LOG.error("looking for new signing material failed, trying again", e);
        }
    }

    /** Off the thread that noticed, which may hold a lock. */
    private void changed() {
        try {
            looking.execute(() -> {
                if (listeners.isEmpty()) {
                    // We are still being made.
                    return;
                }
                Trust trust = issuer.trust();
                for (Consumer<Trust> listener : listeners) {
                    try {
                        listener.accept(trust);
                    } catch (RuntimeException e) {
                        LOG.error("new roots were not taken everywhere, trying again at the next change", e);
                    }
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("ending, nobody is told");
        }
    }

    /** Stops following. */
    @Override
    public void close() {
        looking.shutdownNow();
        audit.close();
        ExternalIssuer elsewhere = external;
        if (elsewhere != null) {
            try {
                elsewhere.close();
            } catch (Exception e) {
                LOG.warn("ending the external CA failed", e);
            }
        }
    }
}
