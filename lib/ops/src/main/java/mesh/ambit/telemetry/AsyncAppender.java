package mesh.ambit.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Writes log lines on a thread of its own.
 *
 * <p>Nothing is ever dropped: when {@value #CAPACITY} lines wait, whoever logs waits too. Stopping writes what waits.
 */
final class AsyncAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** Lines that may wait, as upstream has it. */
    static final int CAPACITY = 10_000;

    /** Lines that one write takes at most; bounds the size of the buffer that is kept. */
    private static final int BATCH = 256;

    /**
     * How long the first line of a write waits for others. Without it whoever logs wakes this thread for nearly every
     * line, which costs an event loop more than the line itself.
     */
    private static final long GATHER_NANOS = 2_000_000;

    private final BlockingQueue<ILoggingEvent> waiting = new ArrayBlockingQueue<>(CAPACITY);
    private final LoggerContext loggers;
    private final LineWriter lines;
    private final OutputStream out;
    private final Thread writer;

    AsyncAppender(LoggerContext loggers, LineWriter lines, OutputStream out) {
        this.loggers = loggers;
        this.lines = lines;
        this.out = out;
        writer = Thread.ofPlatform().name("ambit-log").daemon().unstarted(this::writeUntilStopped);
        setContext(loggers);
    }

    @Override
    public void start() {
        super.start();
        writer.start();
    }

    /** {@inheritDoc} Returns when everything logged before has been written. */
    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        super.stop();
        writer.interrupt();
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        // Renders the message now: its arguments may change or be released once the caller goes on.
        event.prepareForDeferredProcessing();
        boolean interrupted = false;
        while (isStarted()) {
            try {
                waiting.put(event);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeUntilStopped() {
        List<ILoggingEvent> batch = new ArrayList<>(BATCH);
        try {
            while (isStarted()) {
                try {
                    batch.add(waiting.take());
                    if (waiting.size() < BATCH) {
                        TimeUnit.NANOSECONDS.sleep(GATHER_NANOS);
                    }
                } catch (InterruptedException e) {
                    // Stopped: what waits is written below.
                }
                waiting.drainTo(batch, BATCH - 1);
                write(batch);
            }
            while (waiting.drainTo(batch, BATCH) > 0) {
                write(batch);
            }
        } catch (IOException e) {
            addError("cannot write the log", e);
        } finally {
            // Whatever ended this thread: whoever logs must not wait for a reader that is gone.
            super.stop();
            waiting.clear();
        }
    }

    private void write(List<ILoggingEvent> batch) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder(batch.size() * 256);
        for (ILoggingEvent event : batch) {
            boolean debug = loggers.getLogger(event.getLoggerName()).isEnabledFor(Level.DEBUG);
            lines.append(text, event, debug);
        }
        batch.clear();
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
