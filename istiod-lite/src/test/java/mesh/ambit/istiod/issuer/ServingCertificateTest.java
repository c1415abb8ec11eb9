package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServingCertificateTest {
    @TempDir
    Path directory;

    private Instant now = Instant.parse("2026-11-21T12:00:00Z");

    @Test
    void everyNameAndAddressIsInIt() throws Exception {
        X509Certificate certificate = current(serving());

        assertThat(certificate.getSubjectAlternativeNames())
                .containsExactly(
                        List.of(2, "istiod.istio-system.svc"),
                        List.of(7, "10.77.0.1"),
                        List.of(7, "fd77:0:0:0:0:0:0:1"));
    }

    @Test
    void itIsRenewedAtHalfOfItsLifeUnderTheSameRoot() throws Exception {
        ServingCertificate serving = serving();
        X509Certificate first = current(serving);

        now = now.plus(Duration.ofHours(11));
        serving.refresh();
        assertThat(current(serving)).isEqualTo(first);

        now = now.plus(Duration.ofHours(1));
        serving.refresh();
        X509Certificate second = current(serving);
        assertThat(second.getNotAfter()).isAfter(first.getNotAfter());
        assertThat(second.getIssuerX500Principal()).isEqualTo(first.getIssuerX500Principal());
    }

    private ServingCertificate serving() {
        return new ServingCertificate(
                CertificateAuthority.loadOrCreate(directory, "cluster.local", now),
                List.of("istiod.istio-system.svc"),
                List.of(InetAddress.ofLiteral("10.77.0.1"), InetAddress.ofLiteral("fd77::1")),
                () -> now);
    }

    /** Returns what a client that connects now is shown. */
    private static X509Certificate current(ServingCertificate serving) {
        String alias = serving.keyManager().chooseEngineServerAlias("EC", null, null);
        X509Certificate[] chain = serving.keyManager().getCertificateChain(alias);
        assertThat(chain).hasSize(1);
        return chain[0];
    }
}
