package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TestPki;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsProvider;
import org.junit.jupiter.api.Test;

/** How a connection is taken in that cannot become a tunnel. */
class HboneAdmissionTest {
    private final List<TunnelFailure> failures = new ArrayList<>();

    @Test
    void clientIsNotLeftWaitingWhenTlsCannotBeSetUp() {
        // Longer than milliseconds can count, so that the handler's set-up fails in a way that nobody has foreseen.
        TunnelGuards guards = new TunnelGuards(Duration.ofSeconds(Long.MAX_VALUE), 0, new TunnelGuards.Observer() {});
        try (Svid svid = new TestPki().svid("spiffe://cluster.local/ns/shop/sa/orders")) {
            HboneServer server = new HboneServer(
                    () -> CompletableFuture.completedFuture(svid),
                    new TlsContexts(TlsProvider.best(), InstantSource.system()),
                    TunnelSettings.DEFAULT,
                    guards,
                    InstantSource.system(),
                    TestServers.handler(_ -> {}, failures::add));
            EmbeddedChannel channel = new EmbeddedChannel();
            channel.freezeTime();

            channel.pipeline().addLast(server.initializer());
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();

            assertThat(failures).hasSize(1);
            assertThat(channel.isOpen()).isFalse();
            channel.finishAndReleaseAll();
        }
    }
}
