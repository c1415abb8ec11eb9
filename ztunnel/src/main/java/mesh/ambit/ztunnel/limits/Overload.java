package mesh.ambit.ztunnel.limits;

import io.netty.channel.Channel;
import io.netty.channel.unix.Errors;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import mesh.ambit.relay.SocketSpace;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the process is running out of something, so that new connections are better refused than half served. Looks a
 * few times a second, on a thread of its own; asking costs the data path one volatile read.
 *
 * <p>A few descriptors are kept in reserve. When the kernel has no more to give they are given up, so that waiting
 * connections can be accepted and closed instead of hanging; they are taken back when there are enough again.
 */
public final class Overload implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);

    private static final long SAMPLE_MILLIS = 250;

    /** It is over when usage has fallen by this much below the mark, so that it does not flicker. */
    private static final int RELIEF_PERCENT = 5;

    /** How many samples the kernel's own refusal counts for at least. */
    private static final int EXHAUSTED_SAMPLES = 4;

    private static final int RESERVED = 8;
    private static final int EMFILE = -24;
    private static final int ENFILE = -23;

    private final LimitSettings settings;
    private final Usage descriptors;
    private final Usage buffers;
    private final List<Closeable> reserve = new ArrayList<>(RESERVED);
    private @Nullable ScheduledExecutorService sampler;
    private volatile boolean exhausted;
    private volatile @Nullable Refusal refusal;
    private int exhaustedSamples;
    private String complaint = "";

    Overload(LimitSettings settings, Usage descriptors, Usage buffers) {
        this.settings = settings;
        this.descriptors = descriptors;
        this.buffers = buffers;
        refillReserve();
    }

    /** Creates one that is never overloaded. */
    public static Overload never() {
        Overload never = new Overload(LimitSettings.NONE, ProcessUsage.DESCRIPTORS, ProcessUsage.BUFFERS);
        never.close();
        return never;
    }

    /** Creates one and begins to look. */
    public static Overload watch(LimitSettings settings) {
        return watch(settings, ProcessUsage.DESCRIPTORS, ProcessUsage.BUFFERS);
    }

    static Overload watch(LimitSettings settings, Usage descriptors, Usage buffers) {
        Overload overload = new Overload(settings, descriptors, buffers);
        ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("ambit-overload").factory());
        sampler.scheduleWithFixedDelay(overload::look, SAMPLE_MILLIS, SAMPLE_MILLIS, TimeUnit.MILLISECONDS);
        overload.sampler = sampler;
        return overload;
    }

    /** Returns what is running out; null while there is enough of everything. From any thread. */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    /** Looks once, whatever comes of it: a task that throws is never run again, and nobody would hear of it. */
    private void look() {
        try {
            sample();
            complaint = "";
        } catch (RuntimeException | Error e) {
            if (!complaint.equals(e.toString())) {
                complaint = e.toString();
                LOG.warn("what this process uses cannot be looked at, trying again", e);
            }
        }
    }

    /** Looks once. */
    void sample() {
        if (exhausted) {
            exhausted = false;
            exhaustedSamples = EXHAUSTED_SAMPLES;
        }
        Refusal before = refusal;
        Refusal now = null;
        if (exhaustedSamples > 0) {
            exhaustedSamples--;
            now = Refusal.DESCRIPTORS;
        } else if (isShort(descriptors, settings.descriptorPercent(), before == Refusal.DESCRIPTORS)) {
            now = Refusal.DESCRIPTORS;
        } else {
            refillReserve();
            if (isShort(buffers, settings.memoryPercent(), before == Refusal.BUFFERS)) {
                now = Refusal.BUFFERS;
            }
        }
        refusal = now;
        if (now != before) {
            tell(before, now);
        }
    }

    private static void tell(@Nullable Refusal before, @Nullable Refusal now) {
        if (now != null) {
            LOG.warn("new connections are refused: {}", now.text());
        } else if (before != null) {
            LOG.info("new connections are accepted again, reason of the refusals was: {}", before.text());
        }
    }

    private static boolean isShort(Usage usage, int percent, boolean wasShort) {
        long most = usage.most();
        if (percent == 0 || most <= 0) {
            return false;
        }
        int mark = wasShort ? Math.max(1, percent - RELIEF_PERCENT) : percent;
        return usage.used() > most / 100.0 * mark;
    }

    /** The kernel has refused a descriptor. From any thread. */
    void onExhausted() {
        exhausted = true;
        refusal = Refusal.DESCRIPTORS;
        synchronized (reserve) {
            reserve.forEach(Overload::release);
            reserve.clear();
        }
    }

    /** Says whether {@code failure} means that there are no more descriptors, for us or for the machine. */
    static boolean isExhaustion(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Errors.NativeIoException io
                    && (io.expectedErr() == EMFILE || io.expectedErr() == ENFILE)) {
                return true;
            }
            String message = cause.getMessage();
            if (message != null
                    && (message.contains("Too many open files")
                            || message.contains("EMFILE")
                            || message.contains("ENFILE"))) {
                return true;
            }
        }
        return false;
    }

    /** Returns {@code space}, whose failures for want of descriptors are noticed here. */
    public SocketSpace watched(SocketSpace space) {
        return new SocketSpace() {
            @Override
            public Channel open(Supplier<? extends Channel> constructor) {
                try {
                    return space.open(constructor);
                } catch (RuntimeException e) {
                    if (isExhaustion(e)) {
                        onExhausted();
                    }
                    throw e;
                }
            }
        };
    }

    private void refillReserve() {
        synchronized (reserve) {
            while (reserve.size() < RESERVED) {
                try {
                    reserve.add(new RandomAccessFile("/dev/null", "r"));
                } catch (IOException e) {
                    return; // Next time, perhaps.
                }
            }
        }
    }

    private static void release(Closeable descriptor) {
        try {
            descriptor.close();
        } catch (IOException e) {
            LOG.debug("reserved descriptor: {}", e.toString());
        }
    }

    @Override
    public void close() {
        if (sampler != null) {
            sampler.shutdownNow();
        }
        synchronized (reserve) {
            reserve.forEach(Overload::release);
            reserve.clear();
        }
    }
}
