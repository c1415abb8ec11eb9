package mesh.ambit.istiod.kube.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Time passes only as a test says, so that a machine that is slow unseats nobody. */
class LeaderElectionIT {
    private static final LeaderElection.Timing FAST =
            new LeaderElection.Timing(Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofMillis(50));
    private static final String LEASES = "/apis/coordination.k8s.io/v1/leases";
    private static final String LEASE = "/apis/coordination.k8s.io/v1/namespaces/istio-system/leases";

    private final List<LeaderElection> elections = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final Set<String> haveReadTheClock = ConcurrentHashMap.newKeySet();
    private volatile Instant wall = Instant.parse("2026-11-21T12:00:00Z");
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private FakeApi api;
    private ApiServer server;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(LEASES);
        server = ApiServers.at(api.url());
    }

    @AfterEach
    void close() {
        elections.forEach(LeaderElection::close);
        server.close();
        api.close();
    }

    @Test
    void oneOfManyLeads() {
        for (int i = 0; i < 5; i++) {
            stand("replica-" + i);
        }

        awaitLeader();
        awaitLooks(15);
        assertThat(mostRunning).hasValue(1);
        assertThat(leaders()).isEqualTo(1);
    }

    @Test
    void leaderRenewsWithoutReadingWhatItWroteItself() {
        LeaderElection leader = stand("alone");
        Await.until("a leader", leader::isLeading);
        long reads = api.count("GET " + LEASE);
        long writes = api.count("PUT " + LEASE);

        Await.until("renewals", () -> api.count("PUT " + LEASE) >= writes + 20);

        // Only after a request that failed is it read; never each time.
        assertThat(api.count("GET " + LEASE) - reads).isLessThan(10);
    }

    @Test
    void ofTwoThatMakeTheLeaseAtTheSameMomentOneLeads() {
        api.together(2);
        stand("first");
        stand("second");

        awaitLeader();
        awaitLooks(6);
        assertThat(api.count("POST")).isEqualTo(2);
        assertThat(mostRunning).hasValue(1);
        assertThat(leaders()).isEqualTo(1);
    }

    @Test
    void ofTwoThatTakeItOverAtTheSameMomentOneLeads() {
        LeaderElection former = stand("former");
        Await.until("a leader", former::isLeading);
        server.close();
        try (ApiServer another = ApiServers.at(api.url())) {
            LeaderElection first = stand("first", another);
            LeaderElection second = stand("second", another);
            Await.until("both know of the former", () -> hasSeenAnother("first") && hasSeenAnother("second"));
            pass(FAST.deadline());
            awaitEnd(former);

            long writes = api.count("PUT");
            api.together(2);
            pass(FAST.lease());

            Await.until("both have written", () -> api.count("PUT") >= writes + 2);
            awaitLeader();
            awaitLooks(4);
            assertThat(leaders()).isEqualTo(1);
            assertThat(mostRunning).hasValue(1);
            first.close();
            second.close();
        }
    }

    @Test
    void leaderThatEndsGivesTheLeaseBack() {
        LeaderElection first = stand("first");
        Await.until("the first", first::isLeading);
        LeaderElection second = stand("second");

        first.close();

        assertThat(api.text(LEASES, "istio-system/duty", "spec", "holderIdentity"))
                .isNotEqualTo("first");
        Await.until("the second", second::isLeading);
        assertThat(mostRunning).hasValue(1);
        assertThat(api.text(LEASES, "istio-system/duty", "spec", "leaseTransitions"))
                .isNotEqualTo("0");
    }

    @Test
    void leaderThatCannotRenewStopsBeforeAnotherMayBegin() {
        LeaderElection first = stand("first");
        Await.until("the first", first::isLeading);
        ApiServer another = ApiServers.at(api.url());

        server.close();
        LeaderElection second = stand("second", another);
        Await.until("the second knows of the first", () -> hasSeenAnother("second"));
        assertThat(first.isLeading()).isTrue();

        pass(FAST.deadline());
        awaitEnd(first);
        awaitLooks(2);
        assertThat(second.isLeading()).isFalse();

        pass(FAST.lease());
        Await.until("the second", second::isLeading);
        assertThat(mostRunning).hasValue(1);
        second.close();
        another.close();
    }

    @Test
    void leaderWhoseRenewalIsNotAnsweredStopsBeforeAnotherMayBegin() {
        LeaderElection leader = stand("leader");
        Await.until("a leader", leader::isLeading);

        api.silence(true);
        long renewals = api.count("PUT " + LEASE);
        Await.until("a renewal without an answer", () -> api.count("PUT " + LEASE) > renewals);
        assertThat(leader.isLeading()).isTrue();
        pass(FAST.deadline());
        awaitEnd(leader);

        api.silence(false);
        Await.until("it leads again", leader::isLeading);
        assertThat(mostRunning).hasValue(1);
    }

    @Test
    void clockThatIsSetForwardOrBackUnseatsNobody() {
        LeaderElection first = stand("first");
        Await.until("the first", first::isLeading);
        LeaderElection second = stand("second");

        for (String time : List.of("2036-01-01T00:00:00Z", "1970-01-01T00:00:00Z")) {
            wall = Instant.parse(time);
            Await.until(
                    "the lease says so",
                    () -> api.text(LEASES, "istio-system/duty", "spec", "renewTime")
                            .startsWith(time.substring(0, 10)));
            awaitLooks(6);
            assertThat(first.isLeading()).isTrue();
            assertThat(second.isLeading()).isFalse();
        }
    }

    @Test
    void shortTroubleDoesNotUnseatTheLeader() {
        LeaderElection first = stand("first");
        awaitLeader();

        api.refuse(3, 500, null);

        awaitLooks(5);
        assertThat(first.isLeading()).isTrue();
        assertThat(running).hasValue(1);
    }

    private LeaderElection stand(String identity) {
        return stand(identity, server);
    }

    private LeaderElection stand(String identity, ApiServer through) {
        LeaderElection election = LeaderElection.start(
                through,
                "istio-system",
                "duty",
                identity,
                () -> {
                    mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                    return running::decrementAndGet;
                },
                FAST,
                () -> wall,
                () -> {
                    long now = nanos.get();
                    haveReadTheClock.add(identity);
                    return now;
                });
        elections.add(election);
        return election;
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** Returns when the lease has been looked at so often again, successfully or not. */
    private void awaitLooks(int count) {
        long before = looks();
        Await.until("looks at the lease", () -> looks() >= before + count);
    }

    /** Whoever leads writes the lease, the others read it. */
    private long looks() {
        return api.count("GET " + LEASE) + api.count("PUT " + LEASE);
    }

    /** Whoever finds the lease to be another's notes when that was: nothing else has one read the clock that never led. */
    private boolean hasSeenAnother(String identity) {
        return haveReadTheClock.contains(identity);
    }

    /** Returns when somebody leads, and has begun what leaders do. */
    private void awaitLeader() {
        Await.until("a leader", () -> leaders() == 1 && running.get() == 1);
    }

    /** Returns when {@code leader}, the only one, does not lead and has ended what leaders do. */
    private void awaitEnd(LeaderElection leader) {
        Await.until("the leader has stopped", () -> !leader.isLeading() && running.get() == 0);
    }

    private long leaders() {
        return elections.stream().filter(LeaderElection::isLeading).count();
    }
}
