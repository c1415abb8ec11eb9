package mesh.ambit.istiod.kube.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeaderElectionIT {
    private static final LeaderElection.Timing FAST =
            new LeaderElection.Timing(Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofMillis(50));
    private static final String LEASES = "/apis/coordination.k8s.io/v1/leases";

    private final List<LeaderElection> elections = new ArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();
    private FakeApi api;
    private ApiServer server;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(LEASES);
        server = ApiServer.at(api.url(), Duration.ofSeconds(2));
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

        Await.until("a leader", () -> leaders() == 1);
        long looks = api.count("GET " + LEASES.replace("/leases", "/namespaces/istio-system/leases"));
        Await.until(
                "everybody looked again",
                () -> api.count("GET " + LEASES.replace("/leases", "/namespaces/istio-system/leases")) > looks + 15);
        assertThat(mostRunning).hasValue(1);
        assertThat(leaders()).isEqualTo(1);
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
        ApiServer another = ApiServer.at(api.url(), Duration.ofSeconds(2));

        server.close();
        LeaderElection second = stand("second", another);

        Await.until("the first has stopped", () -> !first.isLeading());
        assertThat(second.isLeading()).isFalse();
        Await.until("the second", second::isLeading);
        assertThat(mostRunning).hasValue(1);
        second.close();
        another.close();
    }

    @Test
    void shortTroubleDoesNotUnseatTheLeader() {
        LeaderElection first = stand("first");
        Await.until("the first", first::isLeading);

        api.refuse(3, 500, null);

        long looks = api.count("GET ");
        Await.until("trouble is over", () -> api.count("GET ") > looks + 4);
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
                InstantSource.system(),
                System::nanoTime);
        elections.add(election);
        return election;
    }

    private long leaders() {
        return elections.stream().filter(LeaderElection::isLeading).count();
    }
}
