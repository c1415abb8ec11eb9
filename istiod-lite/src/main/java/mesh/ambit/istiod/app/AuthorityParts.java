package mesh.ambit.istiod.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import mesh.ambit.istiod.issuer.AuthorityConfig;
import mesh.ambit.istiod.issuer.CertificateAuthority;
import mesh.ambit.istiod.issuer.ClientTrust;
import mesh.ambit.istiod.issuer.ExternalSigner;
import mesh.ambit.istiod.issuer.IssuanceException;
import mesh.ambit.istiod.issuer.IssuerException;
import mesh.ambit.istiod.issuer.MaterialStore;
import mesh.ambit.istiod.issuer.Placement;
import mesh.ambit.istiod.issuer.ServingCertificate;
import mesh.ambit.istiod.issuer.Subject;
import mesh.ambit.istiod.issuer.Trust;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate authority with what hangs on it: our own certificate, whom our port believes, the published trust bundle,
 * and the socket over which its owner speaks to it. All of it follows when the root changes.
 */
final class AuthorityParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorityParts.class);

    private final CertificateAuthority authority;
    private final ServingCertificate serving;
    private final ClientTrust clients;
    private final Path bundle;
    private final Parts parts = new Parts();
    private @Nullable Trust published;

    private AuthorityParts(CertificateAuthority authority, Subject.Server names, Path state, InstantSource clock) {
        this.authority = authority;
        this.bundle = state.resolve("root-cert.pem");
        this.serving = new ServingCertificate(authority.issuer(), names, clock);
        this.clients = new ClientTrust(authority.trust());
    }

    /**
     * Opens everything.
     *
     * @param state folder of this controller
     * @param store where a root of our own is kept
     * @param signers who may sign besides us
     * @param names of our own certificate
     * @param placement which pods there are
     */
    static AuthorityParts open(
            AuthorityConfig config,
            Path state,
            MaterialStore store,
            List<ExternalSigner> signers,
            String trustDomain,
            Subject.Server names,
            Supplier<Placement> placement,
            InstantSource clock) {
        CertificateAuthority authority =
                CertificateAuthority.open(config, store, signers, trustDomain, placement, clock);
        AuthorityParts parts;
        try {
            parts = new AuthorityParts(authority, names, state, clock);
        } catch (IssuanceException e) {
            authority.close();
            throw new IssuerException("no certificate for our own port: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            authority.close();
            throw e;
        }
        try {
            parts.parts.add(authority);
            parts.publish(authority.trust());
            parts.answer(state);
            authority.whenChanged(_ -> parts.refresh());
            return parts;
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /** Without the socket the mesh runs as well; its path may be longer than the system allows. */
    private void answer(Path state) {
        try {
            parts.add(AuthoritySocket.open(state, authority));
        } catch (IOException e) {
            LOG.warn("ambit ca will not reach this controller: {}", e.getMessage());
        }
    }

    CertificateAuthority authority() {
        return authority;
    }

    ServingCertificate serving() {
        return serving;
    }

    ClientTrust clients() {
        return clients;
    }

    /**
     * Takes new roots, or makes good what could not be done with them before, and renews what is due; called when something
     * has changed, and now and then. First everybody learns whom to trust, then we show what the new root signed.
     */
    synchronized void refresh() {
        Trust trust = authority.trust();
        if (!trust.equals(published)) {
            try {
                clients.update(trust);
                publish(trust);
            } catch (IssuerException e) {
                LOG.error("new trust bundle not published everywhere, trying again: {}", e.getMessage());
            }
        }
        serving.refresh();
    }

    private synchronized void publish(Trust trust) {
        trust.publish(bundle);
        published = trust;
    }

    /** Registers when the certificates end, under the reference's names. */
    void register(MeterRegistry registry, InstantSource clock) {
        Function<@Nullable Instant, Double> stamp = end -> end == null ? Double.NaN : (double) end.getEpochSecond();
        Function<@Nullable Instant, Double> left = end -> end == null
                ? Double.NaN
                : (double) Duration.between(clock.instant(), end).toSeconds();
        gauge(
                registry,
                "root.cert.expiry.timestamp",
                authority::rootEnd,
                stamp,
                "The unix timestamp, in seconds, when the" + " root certificate expires.");
        gauge(
                registry,
                "root.cert.expiry.seconds",
                authority::rootEnd,
                left,
                "The time remaining, in seconds, before the" + " root certificate expires; negative when it has.");
        if (authority.chainEnd() != null) {
            gauge(
                    registry,
                    "cert.chain.expiry.timestamp",
                    authority::chainEnd,
                    stamp,
                    "The unix timestamp, in seconds," + " when the signing certificate expires.");
            gauge(
                    registry,
                    "cert.chain.expiry.seconds",
                    authority::chainEnd,
                    left,
                    "The time remaining, in seconds, before"
                            + " the signing certificate expires; negative when it has.");
        }
    }

    private static void gauge(
            MeterRegistry registry,
            String name,
            Supplier<@Nullable Instant> end,
            Function<@Nullable Instant, Double> value,
            String description) {
        Gauge.builder("citadel.server." + name, () -> value.apply(end.get()))
                .description(description)
                .register(registry);
    }

    @Override
    public void close() {
        parts.close();
    }
}
