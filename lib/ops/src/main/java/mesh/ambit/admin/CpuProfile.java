package mesh.ambit.admin;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the stacks of this process's threads for a while and writes where they spent processor time, in the form that
 * pprof reads.
 *
 * <p>Stacks are seen where the JVM lets threads be stopped, so a tight loop appears under its caller; time is exact, taken
 * from the kernel's count for each thread. Costs a stop of all threads for each look.
 */
final class CpuProfile {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Map<Where, Spent> samples = new HashMap<>();
    private final Map<Long, Long> before = new HashMap<>();
    private final long self = Thread.currentThread().threadId();

    private CpuProfile() {}

    /** A stack of a thread, the innermost frame first. */
    record Where(String thread, List<StackTraceElement> stack) {}

    /** What was spent there. */
    static final class Spent {
        long looks;
        long nanos;
    }

    /**
     * Watches for {@code time}, {@code frequency} times a second, and returns the profile. Blocks.
     *
     * @param startMillis when it begins, on the wall clock
     */
    static byte[] take(Duration time, int frequency, long startMillis) throws InterruptedException {
        CpuProfile profile = new CpuProfile();
        long period = TimeUnit.SECONDS.toNanos(1) / frequency;
        long begin = System.nanoTime();
        long end = begin + time.toNanos();
        profile.look();
        profile.samples.clear();
        for (long next = begin + period; next - end <= 0; next = Math.max(next + period, System.nanoTime())) {
            TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            profile.look();
        }
        return PprofWriter.write(
                profile.samples, TimeUnit.MILLISECONDS.toNanos(startMillis), System.nanoTime() - begin, period);
    }

    private void look() {
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            long id = thread.threadId();
            long now = id == self ? -1 : threads.getThreadCpuTime(id);
            Long then = now < 0 ? null : before.put(id, now);
            long spent = then == null ? 0 : now - then;
            if (spent > 0 && stack.length > 0) {
                Spent sum = samples.computeIfAbsent(
                        new Where(thread.getName(), List.copyOf(Arrays.asList(stack))), _ -> new Spent());
                sum.looks++;
                sum.nanos += spent;
            }
        });
    }
}
