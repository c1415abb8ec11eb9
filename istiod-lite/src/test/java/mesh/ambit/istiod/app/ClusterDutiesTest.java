package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterDutiesTest {
    private final AtomicInteger running = new AtomicInteger();
    private FakeApi api;
    private ApiServer server;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve("/apis/coordination.k8s.io/v1/leases");
        server = ApiServers.at(api.url());
    }

    @AfterEach
    void close() {
        server.close();
        api.close();
    }

    @Test
    void dutiesEndWithUsAndNoneIsTakenUpAfterwards() {
        ClusterDuties ended = duties("first");
        ended.stand("early", this::begin);
        Await.until("the duty", () -> running.get() == 1);

        ended.close();
        ended.stand("late", this::begin);

        assertThat(running).hasValue(0);
        ClusterDuties others = duties("second");
        others.stand("early", this::begin);
        Await.until("another takes it over", () -> running.get() == 1);
        assertThat(api.count("/late")).isZero();
        others.close();
    }

    private ClusterDuties duties(String identity) {
        return new ClusterDuties(server, "istio-system", identity, InstantSource.system(), new Random(7));
    }

    private AutoCloseable begin() {
        running.incrementAndGet();
        return running::decrementAndGet;
    }
}
