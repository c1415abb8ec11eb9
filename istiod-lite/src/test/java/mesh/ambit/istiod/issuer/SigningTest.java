package mesh.ambit.istiod.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.Issuer.Issued;
import mesh.ambit.istiod.issuer.Issuer.Order;
import org.junit.jupiter.api.Test;

class SigningTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");

    private final MemoryStore store = new MemoryStore();
    private final LeafLedger ledger = new LeafLedger(NOW);
    private final KeyPair keys = Pem.newKeyPair();

    @Test
    void identityIsTheOnlyNameAndCritical() throws Exception {
        Issued issued = issue(WEB, false, Duration.ofHours(1), NOW);

        X509Certificate leaf = issued.leaf();
        leaf.verify(issued.trust().roots().getFirst().getPublicKey());
        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getSubjectAlternativeNames()).containsExactly(List.of(6, WEB.toString()));
        assertThat(leaf.getCriticalExtensionOIDs()).contains("2.5.29.17");
        assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        boolean[] usage = leaf.getKeyUsage();
        assertThat(IntStream.range(0, 9).filter(bit -> usage[bit])).containsExactly(0, 2);
        assertThat(leaf.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(leaf.getSerialNumber().bitLength()).isBetween(64, 128);
        assertThat(issued.chain()).hasSize(1);
    }

    @Test
    void commonNameIsTheIdentityWhereOneWasAskedForAndItIsShortEnough() {
        SpiffeId endless = new SpiffeId("cluster.local", "shop", "w".repeat(50));

        assertThat(issue(WEB, true, Duration.ofHours(1), NOW)
                        .leaf()
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=" + WEB);
        assertThat(issue(endless, true, Duration.ofHours(1), NOW)
                        .leaf()
                        .getSubjectX500Principal()
                        .getName())
                .isEmpty();
    }

    @Test
    void nothingOutlivesItsSigner() {
        Issuer issuer = issuer(new SelfSigned.Settings("cluster.local", Duration.ofHours(2), 0));

        Instant end = issue(issuer, WEB, false, Duration.ofHours(24), NOW)
                .leaf()
                .getNotAfter()
                .toInstant();

        assertThat(end).isEqualTo(NOW.plus(Duration.ofHours(2)));
        assertThatThrownBy(() -> issue(issuer, WEB, false, Duration.ofHours(1), end))
                .isInstanceOfSatisfying(
                        IssuanceException.class,
                        e -> assertThat(e.kind()).isEqualTo(IssuanceException.Kind.CA_NOT_READY))
                .hasMessageContaining("expired on 2026-11-21T14:00:00Z");
    }

    @Test
    void whoGotWhatIsRemembered() {
        Issued issued = issue(WEB, false, Duration.ofHours(1), NOW);

        assertThat(ledger.held(NOW))
                .containsExactly(new LeafLedger.Held(
                        new LeafLedger.Holder(WEB.toString(), "node/a"),
                        new LeafLedger.Leaf(1, issued.leaf().getNotAfter().toInstant())));
    }

    private Issued issue(SpiffeId identity, boolean commonName, Duration life, Instant now) {
        return issue(
                issuer(new SelfSigned.Settings("cluster.local", Duration.ofDays(3650), 20)),
                identity,
                commonName,
                life,
                now);
    }

    private Issued issue(Issuer issuer, SpiffeId identity, boolean commonName, Duration life, Instant now) {
        return issuer.issue(
                new Order(keys.getPublic(), "", new Subject.Workload(identity, commonName), "node/a", life, now));
    }

    private Issuer issuer(SelfSigned.Settings settings) {
        return new LocalIssuer(new SelfSigned(store, settings, ledger, _ -> false, () -> {}, NOW), ledger);
    }
}
