package mesh.ambit.ca;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import mesh.ambit.ca.CertificateBook.Priority;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CertificateBookTest {
    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");
    private static final SpiffeId ORDERS = new SpiffeId("cluster.local", "shop", "orders");

    private static KeyPair key;

    private final CertificateBook book = new CertificateBook(new Random(1));

    @BeforeAll
    static void makeKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        key = generator.generateKeyPair();
    }

    @Test
    void aFirstRequestStartsAnAttemptAndWaitsForIt() {
        assertThat(book.want(WEB, Priority.REAL_TIME, START)).isInstanceOf(CertificateState.Initializing.class);
        assertThat(book.start(START)).containsExactly(WEB);
        assertThat(book.want(WEB, Priority.REAL_TIME, START)).isInstanceOf(CertificateState.Initializing.class);
        assertThat(book.start(START)).isEmpty();
    }

    @Test
    void aCertificateIsRenewedInTheMiddleOfItsLife() throws Exception {
        Svid svid = obtain(WEB, START, Duration.ofHours(24));

        assertThat(book.want(WEB, Priority.REAL_TIME, START)).isEqualTo(new CertificateState.Available(svid));
        assertThat(book.next()).isEqualTo(START.plus(Duration.ofHours(12)));
        assertThat(book.start(START.plus(Duration.ofHours(12)).minusSeconds(1))).isEmpty();
        assertThat(book.start(START.plus(Duration.ofHours(12)))).containsExactly(WEB);
    }

    @Test
    void waitingConnectionsComeBeforePrefetchingBeforeRenewal() throws Exception {
        obtain(ORDERS, START, Duration.ofSeconds(10));
        SpiffeId third = new SpiffeId("cluster.local", "shop", "third");
        Instant later = START.plusSeconds(6);
        book.want(third, Priority.WARM_UP, later);
        book.want(WEB, Priority.REAL_TIME, later);

        assertThat(book.start(later)).containsExactly(WEB, third, ORDERS);
    }

    @Test
    void noMoreThanEightAreUnderWay() throws Exception {
        List<SpiffeId> started = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            book.want(new SpiffeId("cluster.local", "shop", "sa" + i), Priority.REAL_TIME, START);
        }
        started.addAll(book.start(START));
        assertThat(started).hasSize(CertificateBook.MAX_PARALLEL);
        assertThat(book.next()).isNull();

        book.succeeded(started.getFirst(), svid(started.getFirst(), START, Duration.ofHours(1)), START);
        assertThat(book.start(START)).hasSize(1);
    }

    @Test
    void aFailureWithoutCertificateFailsEverybodyUntilALaterAttemptSucceeds() throws Exception {
        book.want(WEB, Priority.REAL_TIME, START);
        book.start(START);

        assertThat(book.failed(WEB, "no", START)).isEqualTo(new CertificateState.Unavailable("no"));
        assertThat(book.want(WEB, Priority.REAL_TIME, START)).isEqualTo(new CertificateState.Unavailable("no"));
        assertThat(book.start(START)).isEmpty();

        Instant next = next();
        assertThat(next).isBetween(START.plusSeconds(1), START.plusMillis(1_200));
        assertThat(book.start(next)).containsExactly(WEB);
        book.succeeded(WEB, svid(WEB, next, Duration.ofHours(1)), next);
        assertThat(book.want(WEB, Priority.REAL_TIME, next)).isInstanceOf(CertificateState.Available.class);
    }

    @Test
    void whatIsReplacedIsSpreadAndAnAnswerFromBeforeDoesNotCount() throws Exception {
        obtain(WEB, START, Duration.ofHours(24));
        Instant now = START.plus(Duration.ofHours(12));
        book.start(now);

        book.replaceAll(now, Duration.ofSeconds(30));
        book.succeeded(WEB, svid(WEB, now, Duration.ofHours(24)), now);

        assertThat(next()).isBetween(now, now.plusSeconds(30));
        Instant then = now.plusSeconds(30);
        assertThat(book.start(then)).containsExactly(WEB);
        book.succeeded(WEB, svid(WEB, then, Duration.ofHours(24)), then);
        assertThat(next()).isAfter(then.plus(Duration.ofHours(11)));
    }

    @Test
    void retriesDoubleUpToTwoAndAHalfMinutesAndStartOverAfterASuccess() throws Exception {
        Instant now = START;
        book.want(WEB, Priority.REAL_TIME, now);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            assertThat(book.start(now)).containsExactly(WEB);
            book.failed(WEB, "no", now);
            Instant next = next();
            waits.add(Duration.between(now, next).toMillis());
            now = next;
        }

        for (int i = 0; i < 7; i++) {
            assertThat(waits.get(i)).isBetween(800L << i, 1_200L << i);
        }
        assertThat(waits.getLast()).isBetween(120_000L, 150_000L);

        book.start(now);
        book.succeeded(WEB, svid(WEB, now, Duration.ofSeconds(20)), now);
        Instant renewal = next();
        book.start(renewal);
        book.failed(WEB, "no", renewal);
        assertThat(Duration.between(renewal, next()).toMillis()).isBetween(1_000L, 1_200L);
    }

    @Test
    void aFailedRenewalKeepsTheCertificateAndTriesAtTheExpiryAtTheLatest() throws Exception {
        Svid svid = obtain(WEB, START, Duration.ofSeconds(10));
        Instant now = START.plusSeconds(5);
        // Fails at 5, about 6, about 8, and then would wait about 4 s.
        for (int i = 0; i < 3; i++) {
            assertThat(book.start(now)).containsExactly(WEB);
            assertThat(book.failed(WEB, "no", now)).isEqualTo(new CertificateState.Available(svid));
            now = next();
        }

        assertThat(now).isEqualTo(START.plusSeconds(10));
        assertThat(book.start(now)).containsExactly(WEB);
        assertThat(book.failed(WEB, "still no", now)).isEqualTo(new CertificateState.Unavailable("still no"));
    }

    @Test
    void anIdentityIsNeverAskedForTwiceWithinASecond() throws Exception {
        // Half of its life is over when it arrives.
        book.want(WEB, Priority.REAL_TIME, START);
        book.start(START);
        book.succeeded(WEB, svid(WEB, START.minusSeconds(100), Duration.ofSeconds(101)), START);

        assertThat(book.start(START.plusMillis(999))).isEmpty();
        assertThat(book.next()).isEqualTo(START.plusSeconds(1));

        book.forget(WEB);
        book.want(WEB, Priority.REAL_TIME, START.plusMillis(10));
        assertThat(book.start(START.plusMillis(10))).isEmpty();
        assertThat(book.start(START.plusSeconds(1))).containsExactly(WEB);
    }

    @Test
    void theResultForAForgottenIdentityIsIgnored() throws Exception {
        book.want(WEB, Priority.REAL_TIME, START);
        book.start(START);
        book.forget(WEB);

        assertThat(book.succeeded(WEB, svid(WEB, START, Duration.ofHours(1)), START))
                .isFalse();
        assertThat(book.states()).isEmpty();
        assertThat(book.next()).isNull();
    }

    private Instant next() {
        return requireNonNull(book.next(), "something is due");
    }

    private Svid obtain(SpiffeId identity, Instant now, Duration life) throws Exception {
        book.want(identity, Priority.REAL_TIME, now);
        assertThat(book.start(now)).containsExactly(identity);
        Svid svid = svid(identity, now, life);
        book.succeeded(identity, svid, now);
        return svid;
    }

    private static Svid svid(SpiffeId identity, Instant notBefore, Duration life) throws Exception {
        X500Name name = new X500Name("CN=test");
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                Date.from(notBefore),
                                Date.from(notBefore.plus(life)),
                                name,
                                key.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate())));
        return new Svid(identity, List.of(certificate), key.getPrivate(), List.of(certificate));
    }
}
