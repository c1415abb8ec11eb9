package mesh.ambit.istiod.issuer;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.istiod.issuer.RootRotation.Action;
import mesh.ambit.istiod.issuer.RootRotation.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelfSignedTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final Duration TEN_YEARS = Duration.ofDays(3650);

    @TempDir
    Path directory;

    private final MemoryStore store = new MemoryStore();
    private final AtomicInteger changes = new AtomicInteger();

    @Test
    void aRootIsMadeOnceAndKept() {
        SelfSigned first = open(store, NOW);
        SelfSigned second = open(store, NOW.plusSeconds(5));

        X509Certificate root = first.current().material().certificate();
        assertThat(second.current().material().certificate()).isEqualTo(root);
        assertThat(root.getSubjectX500Principal().getName()).isEqualTo("O=cluster.local");
        assertThat(root.getBasicConstraints()).isNotNegative();
        assertThat(store.writes()).isEqualTo(1);
    }

    @Test
    void ofTwoControllersThatStartAtOnceTheSecondTakesTheRootOfTheFirst() {
        store.before = () -> open(store, NOW);

        SelfSigned loser = open(store, NOW);

        assertThat(loser.current().material().trust())
                .isEqualTo(open(store, NOW).current().material().trust());
        assertThat(store.writes()).isEqualTo(1);
    }

    @Test
    void theFileIsPrivateAndASecretThatKubernetesTakes() throws Exception {
        SelfSigned source = open(new FileMaterialStore(directory, "istio-system"), NOW);

        Path file = directory.resolve("istio-ca-secret.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file))
                .contains(
                        "\"kind\": \"Secret\"", "\"type\": \"istio.io/ca-root\"", "\"ca-cert.pem\"", "\"ca-key.pem\"");
        assertThat(open(new FileMaterialStore(directory, "istio-system"), NOW)
                        .current()
                        .material()
                        .certificate())
                .isEqualTo(source.current().material().certificate());
    }

    @Test
    void theFilesOfAnEarlierVersionAreTakenOver() throws Exception {
        Root root = Root.generate("cluster.local", TEN_YEARS, NOW);
        Files.writeString(directory.resolve("ca-key.pem"), Pem.of(root.key()));
        Files.writeString(directory.resolve("ca-cert.pem"), Pem.of(root.certificate()));

        SelfSigned source = open(new FileMaterialStore(directory, "istio-system"), NOW);
        source.signing(NOW.plus(Duration.ofHours(1)), NOW, snapshot -> snapshot);

        assertThat(source.current().material().certificate()).isEqualTo(root.certificate());
        assertThat(directory.resolve("ca-key.pem")).doesNotExist();
        assertThat(directory.resolve("istio-ca-secret.json")).exists();
    }

    @Test
    void whatCannotBeUsedIsNamedAndStays() throws Exception {
        open(store, NOW);
        Root other = Root.generate("cluster.local", TEN_YEARS, NOW);
        for (Map<String, String> damage : List.of(
                Map.of("ca-key.pem", ""),
                Map.of("ca-key.pem", "no key"),
                Map.of("ca-cert.pem", "no certificate"),
                Map.of("ca-key.pem", Pem.of(other.key())),
                Map.of("ambit-state.json", "{"),
                Map.of(
                        "ambit-state.json",
                        "{\"active\": \""
                                + open(store, NOW).current().material().keyId()
                                + "\", \"stage\": \"STEADY\", \"epochs\": {}}"))) {
            MemoryStore damaged = new MemoryStore();
            Map<String, String> data =
                    new TreeMap<>(requireNonNull(store.read()).data());
            data.putAll(damage);
            damaged.write(data, null);

            assertThatThrownBy(() -> open(damaged, NOW))
                    .isInstanceOf(IssuerException.class)
                    .hasMessageStartingWith("memory")
                    .message()
                    .doesNotContain("PRIVATE");
            assertThat(damaged.writes()).isEqualTo(1);
        }
        for (String damage : List.of("{", "[]", "{\"data\": \"\"}", "{\"data\": {\"ca-key.pem\": {}}}")) {
            Path file = Files.writeString(directory.resolve("istio-ca-secret.json"), damage);
            assertThatThrownBy(() -> open(new FileMaterialStore(directory, "istio-system"), NOW))
                    .as(damage)
                    .isInstanceOf(IssuerException.class)
                    .hasMessageContaining("not a Secret in JSON form");
            assertThat(file).hasContent(damage);
        }
    }

    @Test
    void aRootIsRenewedInTimeUnderTheSameKey() throws Exception {
        SelfSigned source = open(store, NOW);
        X509Certificate before = source.current().material().certificate();

        source.poll(NOW.plus(Duration.ofDays(2919)));
        assertThat(source.current().material().certificate()).isEqualTo(before);

        source.poll(NOW.plus(Duration.ofDays(2921)));
        X509Certificate after = source.current().material().certificate();
        assertThat(after.getPublicKey()).isEqualTo(before.getPublicKey());
        assertThat(after.getNotAfter()).isAfter(before.getNotAfter());
        assertThat(source.status(NOW).stage()).isEqualTo(Stage.STEADY);
        assertThat(changes).hasValue(1);
        before.verify(after.getPublicKey());
    }

    @Test
    void aRootThatEndedWhileNobodyRanIsRenewed() {
        X509Certificate before = open(store, NOW).current().material().certificate();
        Instant later = NOW.plus(Duration.ofDays(4000));

        SelfSigned source = open(store, later);
        source.poll(later);

        assertThat(source.current().material().end()).isAfter(later);
        assertThat(source.current().material().keyId()).isEqualTo(Certificates.keyId(before));
    }

    @Test
    void aClockThatIsSetBackChangesNothing() {
        SelfSigned source = open(store, NOW);
        Instant back = NOW.minus(Duration.ofDays(30));

        source.poll(back);
        SelfSigned restarted = open(store, back);

        assertThat(source.problem()).isEmpty();
        assertThat(restarted.current().material().trust())
                .isEqualTo(source.current().material().trust());
    }

    @Test
    void aStoreThatFailsIsReportedAndCertificatesGoOn() {
        SelfSigned source = open(store, NOW);
        store.failure = "disk: No space left on device";

        Instant end = NOW.plus(Duration.ofHours(24));
        String signer = source.signing(end, NOW, snapshot -> snapshot.material().keyId());
        assertThat(signer).isEqualTo(source.current().material().keyId());
        source.poll(NOW);
        assertThat(source.problem()).contains("No space left on device");
        assertThatThrownBy(() -> source.step(Action.INTRODUCE, false, NOW)).hasMessageContaining("No space left");
        assertThat(source.status(NOW).stage()).isEqualTo(Stage.STEADY);

        store.failure = null;
        source.poll(NOW);
        assertThat(source.problem()).isEmpty();
        // What was signed meanwhile is on record now.
        assertThat(open(store, NOW).status(NOW).epochs().getLast().until()).isAfterOrEqualTo(end);
    }

    @Test
    void certificatesSeldomCostAWrite() {
        SelfSigned source = open(store, NOW);
        for (int i = 0; i < 3_600; i++) {
            source.signing(NOW.plusSeconds(i).plus(Duration.ofHours(24)), NOW.plusSeconds(i), snapshot -> snapshot);
            if (i % 5 == 0) {
                source.poll(NOW.plusSeconds(i));
            }
        }

        assertThat(store.writes()).isBetween(2, 5);
        assertThat(source.status(NOW).epochs().getLast().until())
                .isBetween(NOW.plus(Duration.ofHours(25)), NOW.plus(Duration.ofHours(26)));
    }

    @Test
    void aStoreThatIsSlowDoesNotHoldUpCertificates() throws Exception {
        SelfSigned source = open(store, NOW);
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        store.before = () -> {
            reached.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        Instant end = NOW.plus(Duration.ofHours(24));
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> slow = callers.submit(() -> source.signing(end, NOW, snapshot -> snapshot));
            reached.await();

            source.signing(end, NOW, snapshot -> snapshot);
            source.signing(end, NOW, snapshot -> snapshot);

            release.countDown();
            slow.get();
        }
        source.poll(NOW);
        assertThat(source.status(NOW).epochs().getLast().until()).isAfter(end);
    }

    @Test
    void aStepOfOneControllerIsTakenByTheOther() {
        SelfSigned one = open(store, NOW);
        SelfSigned other = open(store, NOW);

        assertThat(one.step(Action.INTRODUCE, false, NOW)).isInstanceOf(Verdict.Go.class);
        other.poll(NOW);

        assertThat(other.current().material().trust())
                .isEqualTo(one.current().material().trust());
        assertThat(other.current().material().trust().roots()).hasSize(2);
        assertThat(changes).hasValue(2);
    }

    @Test
    void certificatesOfAControllerThatHasNotHeardYetCountForTheStepAfter() {
        MemoryStore shared = store.shared();
        SelfSigned one = open(shared, NOW);
        SelfSigned other = open(shared, NOW);
        one.step(Action.INTRODUCE, false, NOW);

        // It does not know of the second root, but it learns of it when it says until when it signs.
        Trust handedOut = other.signing(
                NOW.plus(Duration.ofHours(1)),
                NOW,
                snapshot -> snapshot.material().trust());

        assertThat(handedOut.roots()).hasSize(2);
        assertThat(changes).as("changes told").hasValue(2);
    }

    @Test
    void whoLearnsOfAChangeWhenAskedForAStepTellsOfItToo() {
        SelfSigned one = open(store, NOW);
        SelfSigned other = open(store, NOW);
        one.step(Action.INTRODUCE, false, NOW);

        assertThat(other.step(Action.INTRODUCE, false, NOW)).isInstanceOf(Verdict.Done.class);

        assertThat(other.current().material().trust().roots()).hasSize(2);
        assertThat(changes).as("changes told").hasValue(2);
    }

    @Test
    void aRootThatSomebodyElsePutThereWhileWeSignCountsFromNowOn() {
        SelfSigned source = open(store, NOW);
        store.before = () -> putForeignRoot();

        source.signing(NOW.plus(Duration.ofHours(24)), NOW, snapshot -> snapshot);

        assertThat(source.status(NOW).epochs())
                .singleElement()
                .satisfies(epoch -> assertThat(epoch.since()).isEqualTo(NOW));
    }

    @Test
    void aRestartInTheMiddleGoesOnWhereItWas() {
        SelfSigned source = open(store, NOW);
        source.step(Action.INTRODUCE, false, NOW);
        source.step(Action.REISSUE, false, NOW);

        SelfSigned restarted = open(store, NOW);

        assertThat(restarted.status(NOW).stage()).isEqualTo(Stage.REISSUING);
        assertThat(restarted.current().material().trust())
                .isEqualTo(source.current().material().trust());
        assertThat(restarted.step(Action.REISSUE, false, NOW)).isInstanceOf(Verdict.Done.class);
        assertThat(restarted.step(Action.RETIRE, false, NOW)).isInstanceOf(Verdict.Go.class);
        assertThat(restarted.step(Action.FORGET, false, NOW)).isInstanceOf(Verdict.Go.class);
        assertThat(requireNonNull(store.read()).data())
                .doesNotContainKeys("ambit-other-key.pem", "ambit-other-cert.pem");
    }

    @Test
    void aRootThatSomebodyElsePutThereIsTakenWithoutOurPast() {
        SelfSigned source = open(store, NOW);
        source.step(Action.INTRODUCE, false, NOW);
        Root foreign = putForeignRoot();

        source.poll(NOW);

        assertThat(source.current().material().keyId()).isEqualTo(foreign.keyId());
        assertThat(source.status(NOW).stage()).isEqualTo(Stage.STEADY);
    }

    private Root putForeignRoot() {
        Root foreign = Root.generate("cluster.local", TEN_YEARS, NOW);
        MaterialStore.Stored stored = requireNonNull(store.read());
        Map<String, String> data = new TreeMap<>(stored.data());
        data.put("ca-cert.pem", Pem.of(foreign.certificate()));
        data.put("ca-key.pem", Pem.of(foreign.key()));
        store.write(data, stored.version());
        return foreign;
    }

    private SelfSigned open(MaterialStore from, Instant now) {
        return new SelfSigned(
                from,
                new SelfSigned.Settings("cluster.local", TEN_YEARS, 20),
                new LeafLedger(now),
                _ -> false,
                changes::incrementAndGet,
                now);
    }
}
