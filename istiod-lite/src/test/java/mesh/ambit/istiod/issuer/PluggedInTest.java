package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Issuer.Issued;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluggedInTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private static Signers root;
    private static Signers intermediate;
    private static Signers other;

    @TempDir
    Path folder;

    private final AtomicInteger changes = new AtomicInteger();

    @BeforeAll
    static void makeSigners() throws Exception {
        root = Signers.root("corporate root", Signers.rsa(2048), NOW);
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp384r1"));
        KeyPair keys = generator.generateKeyPair();
        intermediate = root.intermediate("cluster one", keys, NOW);
        other = Signers.root("somebody else", NOW);
    }

    @Test
    void nothingThereIsNothing() {
        assertThat(new PluggedIn(folder.resolve("absent"), true, false).read()).isEmpty();
    }

    @Test
    void leafIsSignedByTheIntermediateAndEverythingAboveIsHandedOut() throws Exception {
        plugIn(intermediate, intermediate.pem() + root.pem(), root.pem());

        Issued issued = issue(open(false));

        assertThat(issued.chain()).hasSize(3);
        issued.leaf().verify(intermediate.certificate().getPublicKey());
        assertThat(issued.leaf().getSigAlgName()).isEqualTo("SHA384withECDSA");
        assertThat(issued.chain().subList(1, 3)).containsExactly(intermediate.certificate(), root.certificate());
        assertThat(issued.trust().roots()).containsExactly(root.certificate());
        assertThat(issued.keyId()).isEqualTo(Certificates.keyId(intermediate.certificate()));
    }

    @Test
    void aChainWithoutTheIntermediateItselfIsCompleted() throws Exception {
        plugIn(intermediate, "", root.pem());

        assertThat(issue(open(false)).chain().get(1)).isEqualTo(intermediate.certificate());
    }

    @Test
    void commentsAroundCertificatesMayBeInAnyLanguage() throws Exception {
        plugIn(intermediate, intermediate.pem(), "# Wurzel für die Läden, до 2036\n" + root.pem());

        Issued issued = issue(open(false));

        assertThat(issued.trust().roots()).containsExactly(root.certificate());
        assertThat(issued.trust().bundle()).startsWith("-----BEGIN CERTIFICATE-----");
    }

    @Test
    void aTlsSecretServesAsWell() throws Exception {
        write("tls.crt", intermediate.pem());
        write("tls.key", intermediate.keyPem());
        write("ca.crt", root.pem());

        assertThat(issue(open(false)).chain()).contains(intermediate.certificate(), root.certificate());
    }

    @Test
    void anRsaRootSignsItself() throws Exception {
        plugIn(root, "", root.pem());

        Issued issued = issue(open(false));

        assertThat(issued.leaf().getSigAlgName()).isEqualTo("SHA256withRSA");
        assertThat(issued.chain()).hasSize(1);
    }

    @Test
    void whatCannotBeUsedStopsTheStartWithTheReason() throws Exception {
        plugIn(intermediate, intermediate.pem(), root.pem());
        Instant later = NOW.plus(Duration.ofDays(366));
        Files.delete(folder.resolve("cert-chain.pem"));
        assertThatThrownBy(() -> open(false)).hasMessageContaining("cert-chain.pem is missing");

        plugIn(intermediate, intermediate.pem(), other.pem());
        assertThatThrownBy(() -> open(false)).hasMessageContaining("does not lead to a root of the bundle");

        plugIn(intermediate, intermediate.pem(), root.pem());
        write("ca-key.pem", other.keyPem());
        assertThatThrownBy(() -> open(false)).hasMessageContaining("the key is not the certificate's");

        write("ca-key.pem", "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n");
        assertThatThrownBy(() -> open(false))
                .isInstanceOf(IssuerException.class)
                .message()
                .doesNotContain("secret");

        plugIn(intermediate, intermediate.pem(), root.pem());
        assertThatThrownBy(() -> new PluggedInSource(new PluggedIn(folder, true, false), false, () -> {}, later))
                .hasMessageContaining("expired on");

        plugIn(intermediate, intermediate.pem(), root.pem());
        write("ca-crl.pem", other.revocationList(NOW));
        assertThatThrownBy(() -> open(false)).hasMessageContaining("no revocation list of CN=cluster one");
    }

    @Test
    void revocationListsComeAlong() throws Exception {
        plugIn(intermediate, intermediate.pem() + root.pem(), root.pem());
        String lists = intermediate.revocationList(NOW) + root.revocationList(NOW);
        write("ca-crl.pem", lists);

        Trust trust = open(false).current().material().trust();
        trust.publish(folder.resolve("out").resolve("root-cert.pem"));

        assertThat(folder.resolve("out").resolve("ca-crl.pem")).hasContent(lists);
        Files.delete(folder.resolve("ca-crl.pem"));
        open(false).current().material().trust().publish(folder.resolve("out").resolve("root-cert.pem"));
        assertThat(folder.resolve("out").resolve("ca-crl.pem")).doesNotExist();
    }

    @Test
    void aNewIntermediateIsTakenOnceItStandsStill() throws Exception {
        plugIn(intermediate, intermediate.pem(), root.pem());
        PluggedInSource source = open(false);
        Signers next = root.intermediate("cluster one next", Pem.newKeyPair(), NOW);

        write("ca-cert.pem", next.pem());
        source.poll(NOW);
        write("ca-key.pem", next.keyPem());
        write("cert-chain.pem", next.pem());
        source.poll(NOW);
        assertThat(source.current().material().certificate()).isEqualTo(intermediate.certificate());

        source.poll(NOW);
        assertThat(source.current().material().certificate()).isEqualTo(next.certificate());
        assertThat(changes).hasValue(1);
        assertThat(source.problem()).isEmpty();
    }

    @Test
    void whatCannotBeUsedChangesNothingAndIsSaid() throws Exception {
        plugIn(intermediate, intermediate.pem(), root.pem());
        PluggedInSource source = open(false);
        SigningMaterial before = source.current().material();

        write("ca-key.pem", other.keyPem());
        poll(source);
        assertThat(source.problem()).contains("the key is not the certificate's");
        assertThat(issue(source).chain()).contains(intermediate.certificate());

        Files.delete(folder.resolve("ca-key.pem"));
        poll(source);
        assertThat(source.problem()).contains("ca-key.pem is missing");

        for (String name : List.of("ca-cert.pem", "cert-chain.pem", "root-cert.pem")) {
            Files.delete(folder.resolve(name));
        }
        poll(source);
        assertThat(source.problem()).contains("is gone");
        assertThat(source.current().material()).isSameAs(before);

        plugIn(intermediate, intermediate.pem(), root.pem());
        poll(source);
        assertThat(source.problem()).isEmpty();
        assertThat(changes).hasValue(0);
    }

    @Test
    void anotherRootIsRefusedUnlessSeveralAreAllowedAndTheOldOneStays() throws Exception {
        plugIn(intermediate, intermediate.pem(), root.pem());
        PluggedInSource single = open(false);
        PluggedInSource several = open(true);

        plugIn(intermediate, intermediate.pem(), root.pem() + other.pem());
        poll(single);
        poll(several);
        assertThat(single.problem()).contains("ISTIO_MULTIROOT_MESH=true");
        assertThat(several.current().material().trust().roots()).hasSize(2);

        plugIn(other, "", root.pem() + other.pem());
        poll(several);
        assertThat(several.current().material().certificate()).isEqualTo(other.certificate());
        plugIn(other, "", other.pem());
        poll(several);
        assertThat(several.current().material().trust().roots()).containsExactly(other.certificate());

        plugIn(intermediate, intermediate.pem(), root.pem());
        poll(several);
        assertThat(several.problem()).contains("expected: the old ones stay in the bundle");
        assertThat(several.current().material().certificate()).isEqualTo(other.certificate());
    }

    @Test
    void aSignerThatHasEndedSignsNothingAndSaysSo() throws Exception {
        plugIn(intermediate, intermediate.pem(), root.pem());
        PluggedInSource source = open(false);
        Issuer issuer = new LocalIssuer(source, new LeafLedger(NOW));

        assertThatThrownBy(() -> issuer.issue(order(NOW.plus(Duration.ofDays(366)))))
                .isInstanceOfSatisfying(
                        IssuanceException.class,
                        e -> assertThat(e.kind()).isEqualTo(IssuanceException.Kind.CA_NOT_READY))
                .hasMessageContaining(folder.toString());
    }

    private static void poll(PluggedInSource source) {
        // Twice, since what has changed must stand still.
        source.poll(NOW);
        source.poll(NOW);
    }

    private PluggedInSource open(boolean severalRoots) {
        return new PluggedInSource(new PluggedIn(folder, true, false), severalRoots, changes::incrementAndGet, NOW);
    }

    private static Issued issue(PluggedInSource source) {
        return new LocalIssuer(source, new LeafLedger(NOW)).issue(order(NOW));
    }

    private static Issuer.Order order(Instant now) {
        return new Issuer.Order(
                Pem.newKeyPair().getPublic(),
                "",
                new Subject.Workload(new SpiffeId("cluster.local", "shop", "web"), false),
                "node/a",
                Duration.ofHours(24),
                now);
    }

    private void plugIn(Signers signer, String chain, String roots) throws Exception {
        for (Map.Entry<String, String> file : Map.of(
                        "ca-cert.pem",
                        signer.pem(),
                        "ca-key.pem",
                        signer.keyPem(),
                        "cert-chain.pem",
                        chain,
                        "root-cert.pem",
                        roots)
                .entrySet()) {
            write(file.getKey(), file.getValue());
        }
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }
}
