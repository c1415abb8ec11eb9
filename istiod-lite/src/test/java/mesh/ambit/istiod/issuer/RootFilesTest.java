package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootFilesTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    Path directory;

    @Test
    void rootIsASelfSignedAuthorityOfTheTrustDomainForTenYears() throws Exception {
        X509Certificate root = load().root();

        root.verify(root.getPublicKey());
        assertThat(root.getSubjectX500Principal().getName()).isEqualTo("O=cluster.local");
        assertThat(root.getBasicConstraints()).isGreaterThanOrEqualTo(0);
        assertThat(root.getNotAfter().toInstant()).isEqualTo(NOW.plusSeconds(3650L * 86_400));
    }

    @Test
    void rootSurvivesARestart() {
        assertThat(load().root()).isEqualTo(load().root());
    }

    @Test
    void onlyTheOwnerReadsTheKey() throws IOException {
        load();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
                .isEqualTo("rw-------");
    }

    @Test
    void crashBetweenTheWritesIsHealedWithTheSameKey() throws IOException {
        X509Certificate before = load().root();
        Files.delete(certificate());

        assertThat(load().root().getPublicKey()).isEqualTo(before.getPublicKey());
    }

    @Test
    void keyOfAnotherRootStopsTheStartAndStays() throws IOException {
        load();
        CertificateAuthority.loadOrCreate(directory.resolve("other"), "cluster.local", NOW);
        Files.copy(directory.resolve("other").resolve(RootFiles.KEY_FILE), key(), StandardCopyOption.REPLACE_EXISTING);
        String planted = Files.readString(key());

        assertThatThrownBy(this::load)
                .isInstanceOf(IssuerException.class)
                .hasMessageContaining("not the key of")
                .hasMessageContaining(key().toString());
        assertThat(Files.readString(key())).isEqualTo(planted);
    }

    @Test
    void unreadableKeyStopsTheStartAndStays() throws IOException {
        load();
        Files.writeString(key(), "not a key\n");

        assertThatThrownBy(this::load)
                .isInstanceOf(IssuerException.class)
                .hasMessageStartingWith(key() + ": not a private key in PEM form");
        assertThat(Files.readString(key())).isEqualTo("not a key\n");
    }

    @Test
    void certificateWithoutKeyStopsTheStart() throws IOException {
        load();
        Files.delete(key());

        assertThatThrownBy(this::load)
                .isInstanceOf(IssuerException.class)
                .hasMessageContaining("nothing was overwritten");
        assertThat(key()).doesNotExist();
    }

    @Test
    void expiredRootStopsTheStart() {
        load();

        assertThatThrownBy(() -> CertificateAuthority.loadOrCreate(
                        directory, "cluster.local", Instant.parse("2040-01-01T00:00:00Z")))
                .isInstanceOf(IssuerException.class)
                .hasMessageContaining("expired on 2036-");
    }

    @Test
    void placeThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> CertificateAuthority.loadOrCreate(file.resolve("istiod"), "cluster.local", NOW))
                .isInstanceOf(IssuerException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("cannot create the directory");
    }

    private CertificateAuthority load() {
        return CertificateAuthority.loadOrCreate(directory, "cluster.local", NOW);
    }

    private Path key() {
        return directory.resolve(RootFiles.KEY_FILE);
    }

    private Path certificate() {
        return directory.resolve(RootFiles.CERTIFICATE_FILE);
    }
}
