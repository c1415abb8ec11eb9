package mesh.ambit.istiod.issuer;

import io.grpc.util.AdvancedTlsX509KeyManager;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.X509ExtendedKeyManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of our own port, signed by our own root and renewed while we run: connections after a renewal see the
 * new one. The key never leaves memory.
 */
public final class ServingCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(ServingCertificate.class);
    private static final Duration LIFETIME = Duration.ofDays(1);

    private final CertificateAuthority authority;
    private final List<String> dnsNames;
    private final List<InetAddress> addresses;
    private final InstantSource clock;
    private final AdvancedTlsX509KeyManager keyManager = new AdvancedTlsX509KeyManager();
    private Instant renewAt = Instant.MIN;

    /** Creates it and signs the first certificate. */
    public ServingCertificate(
            CertificateAuthority authority, List<String> dnsNames, List<InetAddress> addresses, InstantSource clock) {
        this.authority = authority;
        this.dnsNames = List.copyOf(dnsNames);
        this.addresses = List.copyOf(addresses);
        this.clock = clock;
        refresh();
    }

    /** Renews the certificate where half of its life is over; one thread calls this now and then. */
    public void refresh() {
        Instant now = clock.instant();
        if (now.isBefore(renewAt)) {
            return;
        }
        KeyPair keys = Pem.newKeyPair();
        X509Certificate certificate =
                authority.signServer(keys.getPublic(), dnsNames, addresses, authority.validity(LIFETIME, now));
        keyManager.updateIdentityCredentials(new X509Certificate[] {certificate}, keys.getPrivate());
        renewAt = CertificateRules.renewalTime(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
        LOG.info(
                "serving certificate for {} {} until {}",
                dnsNames,
                addresses.stream().map(InetAddress::getHostAddress).toList(),
                certificate.getNotAfter().toInstant());
    }

    /** Returns the source of key and certificate for the TLS of the port. */
    public X509ExtendedKeyManager keyManager() {
        return keyManager;
    }
}
