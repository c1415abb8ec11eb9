package mesh.ambit.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which verified chains are remembered. */
class PathCacheTest {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String ORDERS = "spiffe://cluster.local/ns/shop/sa/orders";

    private final TestPki pki = new TestPki();
    private final List<Svid> svids = new ArrayList<>();
    private final Svid own = keep(pki.svid(ORDERS));

    @AfterEach
    void close() {
        svids.forEach(Svid::close);
    }

    private Svid keep(Svid svid) {
        svids.add(svid);
        return svid;
    }

    /** Has {@code own} judge a client that shows this chain, which is good, and returns how many paths it remembers. */
    private int rememberedAfter(X509Certificate... chain) throws Exception {
        VerifiedPath path = PeerVerifier.ofClients(
                        own, InstantSource.system(), TlsProvider.JDK, new Revocations(_ -> {}))
                .verify(chain);
        assertThat(path.leaf().identity()).hasToString(WEB);
        return own.paths.size();
    }

    @Test
    void chainsAreRememberedWithTheirRootOrWithoutIt() throws Exception {
        X509Certificate leaf = keep(pki.svid(WEB)).leaf();

        assertThat(rememberedAfter(leaf)).isEqualTo(1);
        assertThat(rememberedAfter(leaf)).isEqualTo(1);
        assertThat(rememberedAfter(leaf, pki.root())).isEqualTo(2);
    }

    @Test
    void chainBelowAnIntermediateIsRemembered() throws Exception {
        TestPki intermediate = pki.intermediate("below");
        List<X509Certificate> chain =
                keep(new TestPki.Leaf(WEB).svidBelow(intermediate, pki)).chain();

        assertThat(rememberedAfter(chain.toArray(new X509Certificate[0]))).isEqualTo(1);
    }

    @Test
    void whatAPeerPutsIntoItsChainBesidesIsNotKept() throws Exception {
        X509Certificate leaf = keep(pki.svid(WEB)).leaf();
        X509Certificate unrelated = new TestPki("somebody else").root();

        assertThat(rememberedAfter(leaf, unrelated, pki.root())).isZero();
    }

    @Test
    void largeChainIsNotKept() throws Exception {
        String[] names = Stream.concat(
                        Stream.of(WEB), IntStream.range(0, 300).mapToObj(i -> WEB + "-with-a-rather-long-name-" + i))
                .toArray(String[]::new);
        X509Certificate leaf = keep(new TestPki.Leaf(names).svid(pki)).leaf();
        assertThat(leaf.getEncoded()).hasSizeGreaterThan(PathCache.MAX_CHAIN_BYTES);

        assertThat(rememberedAfter(leaf)).isZero();
    }

    @Test
    void oneUnrelatedCertificateCannotBeLargeEither() throws Exception {
        X509Certificate leaf = keep(pki.svid(WEB)).leaf();
        String[] names = IntStream.range(0, 300)
                .mapToObj(i -> ORDERS + "-with-a-rather-long-name-" + i)
                .toArray(String[]::new);
        X509Certificate unrelated =
                keep(new TestPki.Leaf(names).svid(new TestPki("somebody else"))).leaf();

        assertThat(rememberedAfter(leaf, unrelated)).isZero();
    }
}
