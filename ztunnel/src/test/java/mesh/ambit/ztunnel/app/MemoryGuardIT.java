package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A whole daemon that is short of memory for buffers. */
@Tag("netns")
class MemoryGuardIT {
    private static final int MEBIBYTE = 1024 * 1024;

    @RegisterExtension
    final MeshLab mesh = new MeshLab();

    @Test
    void nothingNewIsTakenWhileBuffersAreShortAndWhatIsOpenGoesOn() throws IOException {
        mesh.setting("AMBIT_MAX_BUFFERS_PERCENT", "10");
        Shop shop = new Shop(mesh);
        assertThat(shop.talk()).isNotEmpty();
        List<ByteBuf> hoard = new ArrayList<>();
        try (Socket open = EchoApp.dial(shop.web.namespace(), Shop.VIP, 80)) {
            assertThat(EchoApp.exchange(open, "before")).startsWith("hello ");
            PooledByteBufAllocator pool = PooledByteBufAllocator.DEFAULT;
            while (pool.pinnedDirectMemory() < PlatformDependent.maxDirectMemory() / 8) {
                hoard.add(pool.directBuffer(MEBIBYTE));
            }

            // Each daemon looks for itself: the client's own may be the second to refuse.
            Await.until(
                    "refused by the client's own",
                    () -> !shop.isServed() && shop.one.ztunnel.metricsPage().contains("reason=\"buffers\""));
            awaitLog("new connections are refused: connection refused: memory for buffers");
            assertThat(EchoApp.exchange(open, "ping")).endsWith("ping\n");
        } finally {
            hoard.forEach(ByteBuf::release);
        }

        Await.until("served again", shop::isServed);
        awaitLog("new connections are accepted again");
    }

    private void awaitLog(String text) {
        Await.until("the log says: " + text, () -> mesh.logText().contains(text));
    }
}
