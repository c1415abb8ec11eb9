package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServingCertificateTest {
    private final MemoryStore store = new MemoryStore();
    private Instant now = Instant.parse("2026-11-21T12:00:00Z");
    private final SelfSigned source = new SelfSigned(
            store,
            new SelfSigned.Settings("cluster.local", Duration.ofDays(3650), 20),
            new LeafLedger(now),
            _ -> false,
            () -> {},
            now);

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

    @Test
    void itIsReplacedWhenAnotherRootSignsAndBothStandForIt() throws Exception {
        ServingCertificate serving = serving();
        X509Certificate first = current(serving);

        source.step(RootRotation.Action.INTRODUCE, false, now);
        source.step(RootRotation.Action.REISSUE, false, now);
        serving.refresh();

        X509Certificate second = current(serving);
        assertThat(second).isNotEqualTo(first);
        second.verify(source.current().material().certificate().getPublicKey());
        assertThat(source.current().material().trust().roots()).hasSize(2);
    }

    private ServingCertificate serving() {
        return new ServingCertificate(
                new LocalIssuer(source, new LeafLedger(now)),
                new Subject.Server(
                        List.of("istiod.istio-system.svc"),
                        List.of(InetAddress.ofLiteral("10.77.0.1"), InetAddress.ofLiteral("fd77::1"))),
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
