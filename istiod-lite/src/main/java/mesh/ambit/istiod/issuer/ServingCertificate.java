package mesh.ambit.istiod.issuer;

import io.grpc.util.AdvancedTlsX509KeyManager;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import javax.net.ssl.X509ExtendedKeyManager;
import mesh.ambit.istiod.issuer.Issuer.Issued;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of our own port, signed by our own authority: renewed at half of its life, and when another key signs or
 * other roots are trusted. Connections after a renewal see the new one, those before go on. The key never leaves memory.
 */
public final class ServingCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(ServingCertificate.class);
    private static final Duration LIFETIME = Duration.ofDays(1);

    private final Issuer issuer;
    private final Subject.Server names;
    private final InstantSource clock;
    private final AdvancedTlsX509KeyManager keyManager = new AdvancedTlsX509KeyManager();
    private Instant renewAt = Instant.MAX;
    private @Nullable Trust trust;

    /**
     * Creates it and has the first certificate signed.
     *
     * @throws IssuanceException if that is not possible
     */
    public ServingCertificate(Issuer issuer, Subject.Server names, InstantSource clock) {
        this.issuer = issuer;
        this.names = names;
        this.clock = clock;
        renew(clock.instant());
    }

    /** Renews the certificate where that is due; one thread calls this now and then, and when something has changed. */
    public void refresh() {
        Instant now = clock.instant();
        if (now.isBefore(renewAt) && issuer.trust().equals(trust)) {
            return;
        }
        try {
            renew(now);
        } catch (IssuanceException e) {
            LOG.error("serving certificate not renewed, the one before stays: {}", e.getMessage());
        }
    }

    private void renew(Instant now) {
        KeyPair keys = Pem.newKeyPair();
        Issued issued = issuer.issue(new Issuer.Order(
                keys.getPublic(), CertificateRequests.of(keys, names), names, "controller", LIFETIME, now));
        X509Certificate leaf = issued.leaf();
        keyManager.updateIdentityCredentials(issued.chain().toArray(X509Certificate[]::new), keys.getPrivate());
        trust = issued.trust();
        renewAt = CertificateRules.renewalTime(
                leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant());
        LOG.info(
                "serving certificate for {} until {}, signed by key {}",
                names,
                leaf.getNotAfter().toInstant(),
                issued.keyId());
    }

    /** Returns the source of key and certificate for the TLS of the port. */
    public X509ExtendedKeyManager keyManager() {
        return keyManager;
    }
}
