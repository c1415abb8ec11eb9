package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");

    @TempDir
    Path directory;

    @Test
    void identityIsTheOnlyNameAndCritical() throws Exception {
        CertificateAuthority authority = authority();
        KeyPair keys = Pem.newKeyPair();

        X509Certificate certificate =
                authority.signWorkload(keys.getPublic(), WEB, authority.validity(Duration.ofHours(1), NOW));

        certificate.verify(authority.root().getPublicKey());
        assertThat(certificate.getSubjectX500Principal().getName()).isEmpty();
        assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(6, WEB.toString()));
        assertThat(certificate.getCriticalExtensionOIDs()).contains("2.5.29.17");
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getExtendedKeyUsage())
                .containsExactlyInAnyOrder("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getPublicKey()).isEqualTo(keys.getPublic());
    }

    @Test
    void signingRequestYieldsItsKeyWhateverNamesItAsksFor() throws Exception {
        KeyPair keys = Pem.newKeyPair();

        SigningRequest request =
                SigningRequest.parse(Requests.pem(keys, "spiffe://cluster.local/ns/kube-system/sa/admin"));

        assertThat(request.publicKey()).isEqualTo(keys.getPublic());
    }

    @Test
    void requestSignedByAnotherKeyIsRefused() throws Exception {
        KeyPair mine = Pem.newKeyPair();
        KeyPair other = Pem.newKeyPair();

        assertThatThrownBy(() -> SigningRequest.parse(
                        Requests.pem(new KeyPair(mine.getPublic(), other.getPrivate()), WEB.toString())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not match its key");
    }

    @Test
    void whatIsNoRequestIsRefused() {
        String certificate = authority().trustBundle();

        String hollow = """
                -----BEGIN CERTIFICATE REQUEST-----
                AAAA
                -----END CERTIFICATE REQUEST-----
                """;

        for (String text : List.of("", "garbage", certificate, hollow, "x".repeat(70_000))) {
            assertThatThrownBy(() -> SigningRequest.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private CertificateAuthority authority() {
        return CertificateAuthority.loadOrCreate(directory, "cluster.local", NOW);
    }
}
