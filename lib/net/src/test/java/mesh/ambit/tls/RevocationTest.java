package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CRLException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.RevocationLists.Verdict;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.cert.CertIOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RevocationTest {
    private static final SpiffeId WEB = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/web");
    private static final SpiffeId ORDERS = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/orders");

    private final TestPki pki = new TestPki();
    private final Svid web = pki.svid(WEB.toString());
    private final Svid orders = pki.svid(ORDERS.toString());
    private final List<Boolean> counted = new ArrayList<>();
    private final Revocations revocations = new Revocations(counted::add);

    @AfterEach
    void close() {
        web.close();
        orders.close();
    }

    @ParameterizedTest
    @EnumSource
    void aRevokedClientIsRefusedWithTheAlertOfItsOwn(TlsProvider provider) throws Exception {
        revocations.publish(RevocationLists.parse(pki.crl(web.leaf())));

        Handshake handshake = handshake(provider);
        assertThat(handshake.serverRefusal()).isEqualTo(PeerRefusal.REVOKED);
        if (provider == TlsProvider.BORINGSSL) {
            assertThat(handshake.clientFailure).contains("CERTIFICATE_REVOKED");
        }
        assertThat(counted).as("one rejection, of a client").containsExactly(true);
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource
    void aRevokedServerIsRefused(TlsProvider provider) throws Exception {
        revocations.publish(RevocationLists.parse(pki.crl(orders.leaf())));

        Handshake handshake = handshake(provider);
        assertThat(handshake.clientRefusal()).isEqualTo(PeerRefusal.REVOKED);
        assertThat(counted).containsExactly(false);
        handshake.close();
    }

    @ParameterizedTest
    @EnumSource
    void aPeerRevokedLaterIsReportedOnceAndOthersAreLeftAlone(TlsProvider provider) throws Exception {
        Handshake handshake = handshake(provider);
        List<String> ended = new ArrayList<>();
        Revocations.Watch client = peer(handshake, true).watch(() -> ended.add("client"));
        Revocations.Watch server = peer(handshake, false).watch(() -> ended.add("server"));
        assertThat(revocations.watched()).isEqualTo(2);

        revocations.publish(
                RevocationLists.parse(pki.crl(pki.svid(WEB.toString()).leaf())));
        assertThat(ended).isEmpty();
        revocations.publish(RevocationLists.parse(pki.crl(web.leaf())));
        revocations.publish(RevocationLists.parse(pki.crl(web.leaf())));

        assertThat(ended).as("the server's view of its client").containsExactly("server");
        assertThat(counted).containsExactly(true);
        client.close();
        server.close();
        assertThat(revocations.watched()).isZero();
        handshake.close();
    }

    @Test
    void aListThatComesBetweenHandshakeAndWatchIsNotMissed() throws Exception {
        Handshake handshake = handshake(TlsProvider.best());
        revocations.publish(RevocationLists.parse(pki.crl(web.leaf())));
        List<String> ended = new ArrayList<>();
        peer(handshake, false).watch(() -> ended.add("late")).close();

        assertThat(ended).containsExactly("late");
        handshake.close();
    }

    @Test
    void aRevokedIntermediateTakesItsLeavesWithIt() throws Exception {
        TestPki below = pki.intermediate("below");
        Svid leaf = new TestPki.Leaf(WEB.toString()).svidBelow(below, pki);

        assertThat(verdict(leaf, pki.crl())).isEqualTo(Verdict.GOOD);
        assertThat(verdict(leaf, pki.crl(below.root()))).isEqualTo(Verdict.REVOKED);
        assertThat(verdict(leaf, below.crl(leaf.leaf()))).isEqualTo(Verdict.REVOKED);
        assertThat(verdict(leaf, new TestPki("elsewhere").crl(leaf.leaf()))).isEqualTo(Verdict.GOOD);
    }

    @Test
    void aListUnderTheIssuersNameButNotItsSignatureIsNotBelieved() throws Exception {
        assertThat(verdict(web, new TestPki().crl(web.leaf()))).isEqualTo(Verdict.UNTRUSTED_LIST);
    }

    @Test
    void aListForAuthoritiesSaysNothingOfLeaves() throws Exception {
        byte[] forAuthorities = listWithin(new IssuingDistributionPoint(null, false, true, null, false, false), web);

        assertThat(verdict(web, forAuthorities)).isEqualTo(Verdict.GOOD);
    }

    @Test
    void aListOfOnePlaceIsForThoseWhoseCertificateNamesThatPlace() throws Exception {
        Svid here = new TestPki.Leaf(WEB.toString()).listAt("http://crl/here").svid(pki);
        byte[] ofHere = listWithin(
                new IssuingDistributionPoint(TestPki.place("http://crl/here"), true, false, null, false, false), here);
        byte[] ofElsewhere = listWithin(
                new IssuingDistributionPoint(TestPki.place("http://crl/elsewhere"), true, false, null, false, false),
                here);
        byte[] ofLeaves = listWithin(new IssuingDistributionPoint(null, true, false, null, false, false), here);

        assertThat(verdict(here, ofHere)).isEqualTo(Verdict.REVOKED);
        assertThat(verdict(here, ofElsewhere)).isEqualTo(Verdict.GOOD);
        assertThat(verdict(here, ofLeaves)).as("of no place, so of all").isEqualTo(Verdict.REVOKED);
        here.close();
    }

    @Test
    void whoCannotTakeAListDoesNotEndTheWatchOfItsFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("crl.pem");
        Revocations touchy = new Revocations(_ -> {
            throw new IllegalStateException("not now");
        });
        RevocationFile watched = RevocationFile.open(file, touchy);
        touchy.watch(path(web), PathFinder.Role.CLIENT, () -> {});

        Files.write(file, pki.crl(web.leaf()));

        assertThatCode(watched::look).doesNotThrowAnyException();
    }

    @Test
    void aDeltaListIsRefused() {
        byte[] delta = pki.crl(builder -> {
            try {
                builder.addExtension(Extension.deltaCRLIndicator, true, new ASN1Integer(1));
            } catch (CertIOException e) {
                throw new AssertionError(e);
            }
        });

        assertThatThrownBy(() -> RevocationLists.parse(delta)).isInstanceOf(CRLException.class);
    }

    @Test
    void aFileHoldsSeveralListsAndOtherBlocksOrNothing() throws Exception {
        TestPki other = new TestPki("other");
        String file = pem("CERTIFICATE", pki.root().getEncoded())
                + pem("X509 CRL", other.crl())
                + pem("X509 CRL", pki.crl(web.leaf()));

        assertThat(verdict(web, file.getBytes(StandardCharsets.US_ASCII))).isEqualTo(Verdict.REVOKED);
        for (String preamble :
                List.of("\n", "# lists of two authorities\n", "Certificate Revocation List (CRL):\n  1\n")) {
            String told = preamble + pem("X509 CRL", other.crl()) + pem("X509 CRL", pki.crl(web.leaf()));
            assertThat(verdict(web, told.getBytes(StandardCharsets.US_ASCII)))
                    .as(preamble)
                    .isEqualTo(Verdict.REVOKED);
        }
        assertThat(RevocationLists.parse(new byte[0]).size()).isZero();
        byte[] onlyOthers = pem("CERTIFICATE", pki.root().getEncoded()).getBytes(StandardCharsets.US_ASCII);
        assertThat(RevocationLists.parse(onlyOthers).size()).isZero();
        assertThatThrownBy(() -> RevocationLists.parse("no list".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(CRLException.class);
    }

    @Test
    void aReplacedFileIsReadAgainAndABadOneLeavesTheOldList(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("crl.pem");
        RevocationFile watched = RevocationFile.open(file, revocations);
        assertThat(isRevoked(web)).as("no file yet").isFalse();

        Files.write(file, pki.crl(web.leaf()));
        watched.look();
        assertThat(isRevoked(web)).as("the first list counts at once").isTrue();

        Files.writeString(file, "rubbish");
        watched.look();
        watched.look();
        assertThat(isRevoked(web)).as("a bad file").isTrue();

        Path next = folder.resolve("next.pem");
        Files.write(next, pki.crl(orders.leaf()));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        watched.look();
        assertThat(isRevoked(web)).as("perhaps still in the making").isTrue();
        watched.look();
        assertThat(isRevoked(web)).isFalse();
        assertThat(isRevoked(orders)).isTrue();

        Files.delete(file);
        watched.look();
        watched.look();
        assertThat(isRevoked(orders)).as("a file that is gone").isTrue();
    }

    @Test
    void aLinkThatPointsElsewhereIsFollowed(@TempDir Path folder) throws Exception {
        Path first = Files.createDirectory(folder.resolve("..1"));
        Path second = Files.createDirectory(folder.resolve("..2"));
        Files.write(first.resolve("ca-crl.pem"), pki.crl());
        Files.write(second.resolve("ca-crl.pem"), pki.crl(web.leaf()));
        Path data = Files.createSymbolicLink(folder.resolve("..data"), first);
        Path file = Files.createSymbolicLink(folder.resolve("ca-crl.pem"), Path.of("..data", "ca-crl.pem"));
        RevocationFile watched = RevocationFile.open(file, revocations);

        Path link = Files.createSymbolicLink(folder.resolve("..data_tmp"), second);
        Files.move(link, data, StandardCopyOption.ATOMIC_MOVE);
        watched.look();
        watched.look();
        assertThat(isRevoked(web)).isTrue();
    }

    @Test
    void aFileThatCannotBeUnderstoodAtTheStartIsAnError(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("crl.pem"), "rubbish");

        assertThatThrownBy(() -> RevocationFile.open(file, revocations)).isInstanceOf(CRLException.class);
    }

    /** Returns a list that revokes {@code svid} and is for {@code scope} alone. */
    private byte[] listWithin(IssuingDistributionPoint scope, Svid svid) {
        return pki.crl(
                builder -> {
                    try {
                        builder.addExtension(Extension.issuingDistributionPoint, true, scope);
                    } catch (CertIOException e) {
                        throw new AssertionError(e);
                    }
                },
                svid.leaf());
    }

    private boolean isRevoked(Svid svid) {
        try {
            revocations.check(path(svid), PathFinder.Role.CLIENT);
            return false;
        } catch (PeerRefusedException e) {
            return e.refusal() == PeerRefusal.REVOKED;
        }
    }

    private static Verdict verdict(Svid svid, byte[] file) throws Exception {
        return RevocationLists.parse(file).verdict(path(svid));
    }

    private static VerifiedPath path(Svid svid) throws PeerRefusedException {
        return svid.finder()
                .find(
                        PathFinder.Role.CLIENT,
                        svid.chain().toArray(new X509Certificate[0]),
                        InstantSource.system().instant());
    }

    private Handshake handshake(TlsProvider provider) {
        TlsContexts tls = new TlsContexts(TlsPolicy.DEFAULT, provider, InstantSource.system(), revocations);
        return new Handshake(tls, web, tls, orders, ExpectedSans.of(ORDERS));
    }

    private static VerifiedPeer peer(Handshake handshake, boolean ofClient) {
        return Objects.requireNonNull(VerifiedPeer.of(
                (ofClient ? handshake.clientTls : handshake.serverTls).engine().getSession()));
    }

    private static String pem(String kind, byte[] der) {
        String text = Base64.getMimeEncoder(64, new byte[] {10}).encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }
}
