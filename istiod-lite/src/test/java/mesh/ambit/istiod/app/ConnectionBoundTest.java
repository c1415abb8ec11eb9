package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConnectionBoundTest {
    private final AtomicInteger refused = new AtomicInteger();
    private final EmbeddedChannel listener = new EmbeddedChannel(new ConnectionBound(2, refused::incrementAndGet));

    @Test
    void whatComesBeyondTheBoundIsClosed() {
        EmbeddedChannel first = accept();
        EmbeddedChannel second = accept();
        EmbeddedChannel third = accept();

        assertThat(listener.inboundMessages()).containsExactly(first, second);
        assertThat(first.isOpen()).isTrue();
        assertThat(second.isOpen()).isTrue();
        assertThat(third.isOpen()).isFalse();
        assertThat(refused).hasValue(1);
    }

    @Test
    void placeOfOneThatEndedIsFree() {
        EmbeddedChannel first = accept();
        accept();
        accept();
        first.close();

        assertThat(accept().isOpen()).isTrue();
        assertThat(accept().isOpen()).isFalse();
        assertThat(refused).hasValue(2);
    }

    @Test
    void listenerThatCannotAcceptRestsAndGoesOn() {
        listener.freezeTime();
        listener.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));

        assertThat(listener.config().isAutoRead()).isFalse();
        listener.advanceTimeBy(1, TimeUnit.SECONDS);
        listener.runScheduledPendingTasks();
        assertThat(listener.config().isAutoRead()).isTrue();
        listener.checkException();
    }

    @Test
    void boundLeavesDescriptorsForEverythingElse() {
        assertThat(ConnectionBound.most(0, 1_000)).isEqualTo(750);
        assertThat(ConnectionBound.most(0, 1_048_576)).isEqualTo(30_000);
        assertThat(ConnectionBound.most(0, 0)).isEqualTo(30_000);
        assertThat(ConnectionBound.most(0, 1)).isEqualTo(1);
        assertThat(ConnectionBound.most(5, 1_000)).isEqualTo(5);
    }

    private EmbeddedChannel accept() {
        EmbeddedChannel connection = new EmbeddedChannel();
        listener.writeInbound(connection);
        return connection;
    }
}
