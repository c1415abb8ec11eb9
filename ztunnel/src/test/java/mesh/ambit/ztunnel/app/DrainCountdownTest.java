package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DrainCountdownTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(DrainCountdown.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final AtomicLong clock = new AtomicLong();

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    @Test
    void everyLookSaysHowManyAreLeftAndHowLong() throws InterruptedException {
        CompletableFuture<Void> drained = new CompletableFuture<>();
        int[] left = {3};
        DrainCountdown countdown = new DrainCountdown(Duration.ofSeconds(25), clock::get);

        countdown.await(drained, () -> {
            clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
            if (--left[0] == 1) {
                drained.complete(null);
            }
            return left[0];
        });

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "draining: 2 connections left, 25s to the deadline",
                        "draining: 1 connections left, 24s to the deadline");
    }

    @Test
    void theDeadlineEndsIt() throws InterruptedException {
        new DrainCountdown(Duration.ZERO, clock::get).await(new CompletableFuture<>(), () -> 7);

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("deadline of PT0S has come, closing 7 connections");
    }

    @Test
    void anIdleProcessSaysNothing() throws InterruptedException {
        new DrainCountdown(Duration.ofSeconds(5), clock::get).await(CompletableFuture.completedFuture(null), () -> 0);

        assertThat(lines.list).isEmpty();
    }
}
