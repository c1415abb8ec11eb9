package mesh.ambit.perf.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import mesh.ambit.linux.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplerTest {
    private static final double SOME_SECONDS = 0.3;

    @TempDir
    Path folder;

    @Test
    void aBusyThreadIsSeenAtItsWork() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        Thread busy = new Thread(() -> work(done), "busy-one");
        Stacks stacks;
        try (Sampler sampler = Sampler.start(ProcessHandle.current().pid(), folder)) {
            busy.start();
            awaitCpu();
            done.set(true);
            busy.join();
            stacks = sampler.stop();
        }

        assertThat(stacks.nanos().keySet())
                .anySatisfy(frames -> assertThat(frames).contains(SamplerTest.class.getName() + ".work"));
        assertThat(stacks.shares().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isBetween(0.999, 1.001);
        assertThat(folder.toFile().list()).containsExactly("profile.jfc");
    }

    @Test
    void aProcessThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Sampler.start(Integer.MAX_VALUE, folder)).isInstanceOf(CommandException.class);
    }

    /** The thread's own clock is asked for: on a busy machine it may take long until it was allowed to run that much. */
    private static void awaitCpu() throws InterruptedException {
        while (seconds() < SOME_SECONDS) {
            Thread.sleep(10);
        }
    }

    private static double seconds() {
        return ThreadTimes.of(ProcessHandle.current().pid())
                .byName()
                .getOrDefault("busy-one", CpuTime.NONE)
                .total();
    }

    private static long work(AtomicBoolean done) {
        long sum = 0;
        while (!done.get()) {
            sum += List.of(sum, 1L).hashCode();
        }
        return sum;
    }
}
