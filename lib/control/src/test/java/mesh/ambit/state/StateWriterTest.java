package mesh.ambit.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StateWriterTest {
    private static final Duration QUIET = Duration.ofMillis(1);

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void whatCouldNotBeWrittenIsTriedAgainWithoutAnotherChange() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch written = new CountDownLatch(1);
        StateWriter writer = new StateWriter(executor, QUIET, "the mesh", () -> {
            if (tries.incrementAndGet() < 3) {
                throw new IOException("No space left on device");
            }
            written.countDown();
        });

        writer.changed();

        assertThat(written.await(60, TimeUnit.SECONDS)).as("written").isTrue();
        assertThat(tries).hasValue(3);
    }

    @Test
    void manyChangesAreOneWrite() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        StateWriter writer = new StateWriter(executor, Duration.ofHours(1), "the mesh", writes::incrementAndGet);

        for (int i = 0; i < 100; i++) {
            writer.changed();
        }
        executor.submit(writer::write).get();

        assertThat(writes).hasValue(1);
    }
}
