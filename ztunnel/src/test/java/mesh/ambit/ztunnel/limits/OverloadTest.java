package mesh.ambit.ztunnel.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelException;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OverloadTest {
    /** Moved by hand. */
    private static final class Amount implements Usage {
        private long used;
        private final long most;

        Amount(long most) {
            this.most = most;
        }

        @Override
        public long used() {
            return used;
        }

        @Override
        public long most() {
            return most;
        }
    }

    private final Amount descriptors = new Amount(1_000);
    private final Amount buffers = new Amount(1 << 20);
    private final Overload overload =
            new Overload(new LimitSettings(0, 0, 0, Duration.ZERO, 90, 80), descriptors, buffers);

    @AfterEach
    void close() {
        overload.close();
    }

    @Test
    void nothingIsRefusedBelowTheMarks() {
        descriptors.used = 900;
        buffers.used = (1 << 20) * 80L / 100;
        overload.sample();

        assertThat(overload.refusal()).isNull();
    }

    @Test
    void descriptorsAboveTheirMarkRefuseUntilThereIsRoomAgain() {
        descriptors.used = 901;
        overload.sample();
        assertThat(overload.refusal()).isEqualTo(Refusal.DESCRIPTORS);
        descriptors.used = 851;
        overload.sample();
        assertThat(overload.refusal()).as("a little room").isEqualTo(Refusal.DESCRIPTORS);

        descriptors.used = 850;
        overload.sample();

        assertThat(overload.refusal()).isNull();
    }

    @Test
    void buffersAboveTheirMarkRefuseUntilThereIsRoomAgain() {
        buffers.used = 900_000;
        overload.sample();
        assertThat(overload.refusal()).isEqualTo(Refusal.BUFFERS);

        buffers.used = 100_000;
        overload.sample();

        assertThat(overload.refusal()).isNull();
    }

    @Test
    void kernelsRefusalCountsAtOnceAndForASecond() {
        overload.onExhausted();
        for (int i = 0; i < 4; i++) {
            assertThat(overload.refusal()).isEqualTo(Refusal.DESCRIPTORS);
            overload.sample();
        }
        assertThat(overload.refusal()).isEqualTo(Refusal.DESCRIPTORS);

        overload.sample();

        assertThat(overload.refusal()).isNull();
    }

    @Test
    void whoeverFailsToCountOnceGoesOnLooking() {
        AtomicInteger looks = new AtomicInteger();
        Usage failing = new Usage() {
            @Override
            public long used() {
                if (looks.incrementAndGet() <= 2) {
                    throw new InternalError("Unable to open directory /proc/self/fd");
                }
                return 901;
            }

            @Override
            public long most() {
                return 1_000;
            }
        };
        try (Overload watched = Overload.watch(LimitSettings.DEFAULT, failing, buffers)) {
            Await.until("a count that succeeds", () -> watched.refusal() == Refusal.DESCRIPTORS);
        }
        assertThat(looks.get()).isGreaterThan(2);
    }

    @Test
    void socketThatCannotBeMadeIsNoticed() {
        SocketSpace watched = overload.watched(constructor -> {
            throw new ChannelException(new IOException("newSocketStream0(..) failed: Too many open files"));
        });

        assertThatThrownBy(() -> watched.open(EmbeddedChannel::new)).isInstanceOf(ChannelException.class);
        assertThat(overload.refusal()).isEqualTo(Refusal.DESCRIPTORS);
    }

    @Test
    void listenerClosesWhatItAcceptsWhileOverloaded() {
        List<Refusal> refused = new ArrayList<>();
        EmbeddedChannel listener = new EmbeddedChannel(new AcceptGuard(overload, refused::add));
        EmbeddedChannel taken = new EmbeddedChannel();
        listener.writeInbound(taken);
        overload.onExhausted();
        EmbeddedChannel late = new EmbeddedChannel();
        listener.writeInbound(late);

        assertThat(listener.<Object>readInbound()).isSameAs(taken);
        assertThat(listener.<Object>readInbound()).isNull();
        assertThat(taken.isOpen()).isTrue();
        assertThat(late.isOpen()).isFalse();
        assertThat(refused).containsExactly(Refusal.DESCRIPTORS);
        taken.finishAndReleaseAll();
        listener.finishAndReleaseAll();
    }

    @Test
    void listenerThatCannotAcceptRestsAndGoesOn() {
        EmbeddedChannel listener = new EmbeddedChannel(new AcceptGuard(overload, _ -> {}));
        listener.freezeTime();
        listener.pipeline().fireExceptionCaught(new IOException("accept(..) failed: Too many open files"));
        assertThat(overload.refusal()).isEqualTo(Refusal.DESCRIPTORS);
        assertThat(listener.config().isAutoRead()).isFalse();

        listener.advanceTimeBy(100, TimeUnit.MILLISECONDS);
        listener.runScheduledPendingTasks();

        assertThat(listener.config().isAutoRead()).isTrue();
        listener.finishAndReleaseAll();
    }
}
