package mesh.ambit.ztunnel.inpod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.MeshView;
import mesh.ambit.model.Workload;
import mesh.ambit.model.WorkloadInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalWorkloadTest {
    private static final WorkloadInfo POD = new WorkloadInfo("web", "shop", "web");
    private static final Workload WEB = Workload.builder("Kubernetes//Pod/shop/web")
            .name("web")
            .namespace("shop")
            .serviceAccount("web")
            .node("n1")
            .build();

    private final EventLoop loop = new DefaultEventLoop();
    private final MeshView mesh = new MeshView();

    @AfterEach
    void endLoop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void knownWorkloadIsThereAtOnce() throws Exception {
        mesh.publish(MeshSnapshot.EMPTY.apply(List.of(WEB), List.of()));
        LocalWorkload local = new LocalWorkload(mesh, POD, "n1");

        assertThat(await(local).isSuccess()).isTrue();
        assertThat(new LocalWorkload(mesh, POD, "n2").current()).isNull();
    }

    @Test
    void waitEndsWhenTheControlPlaneNamesTheWorkload() throws Exception {
        LocalWorkload local = new LocalWorkload(mesh, POD, null, Duration.ofMinutes(1));
        Future<Workload> waiting = await(local);
        assertThat(waiting.isDone()).isFalse();

        mesh.publish(MeshSnapshot.EMPTY);
        mesh.publish(MeshSnapshot.EMPTY.apply(List.of(WEB), List.of()));

        assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo(WEB);
    }

    @Test
    void patienceEndsWithTheNameOfThePod() throws Exception {
        LocalWorkload local = new LocalWorkload(mesh, POD, null, Duration.ofMillis(1));
        Future<Workload> waiting = await(local);

        assertThatThrownBy(() -> waiting.get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("failed to fetch information about local workload: web.shop (web)");
    }

    @Test
    void whoLosesInterestIsForgotten() throws Exception {
        LocalWorkload local = new LocalWorkload(mesh, POD, null, Duration.ofHours(1));
        Future<Workload> waiting = await(local);
        assertThat(local.waiting()).isOne();

        waiting.cancel(false);
        loop.submit(() -> {}).get(60, TimeUnit.SECONDS);

        assertThat(local.waiting()).isZero();
    }

    @Test
    void aHandshakeGivesUpBeforeAPeerOfTheSamePatienceWould() throws Exception {
        LocalWorkload local = new LocalWorkload(mesh, POD, null, Duration.ofSeconds(2));
        LocalWorkload before = new LocalWorkload(mesh, POD, null, Duration.ofMillis(1));
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch both = new CountDownLatch(2);
        loop.submit(() -> {
                    // Once for nothing: what is done for the first time takes a slow machine longer than lies between
                    // them.
                    before.await(loop);
                    before.awaitInHandshake(loop);
                    Future<Workload> connection = local.await(loop);
                    Future<Workload> handshake = local.awaitInHandshake(loop);
                    connection.addListener(_ -> {
                        order.add("connection");
                        both.countDown();
                    });
                    handshake.addListener(_ -> {
                        order.add("handshake");
                        both.countDown();
                    });
                })
                .get(60, TimeUnit.SECONDS);

        assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(order).containsExactly("handshake", "connection");
    }

    private Future<Workload> await(LocalWorkload local) throws Exception {
        return loop.submit(() -> local.await(loop)).get(60, TimeUnit.SECONDS);
    }
}
