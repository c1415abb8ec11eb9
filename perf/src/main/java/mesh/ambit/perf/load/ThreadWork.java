package mesh.ambit.perf.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.linux.NetNs;

/** Some threads inside a namespace, each doing one thing after the other. */
final class ThreadWork implements Work {
    private final Tally tally = new Tally();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** What a thread does, again and again. */
    interface Step {
        /** Does it once. */
        void run() throws IOException, InterruptedException;

        /** Is called at the end, by the same thread. */
        default void close() throws IOException {}
    }

    /** Makes what the thread of this number does, counted into the tally. */
    interface Steps {
        Step make(int index, Tally tally);
    }

    /** Prepares {@code count} threads in the namespace of {@code target}. */
    ThreadWork(String name, Target target, int count, Steps steps) {
        for (int i = 0; i < count; i++) {
            Step step = steps.make(i, tally);
            Thread thread = new Thread(() -> inside(target, step), name + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    void begin() {
        threads.forEach(Thread::start);
    }

    private void inside(Target target, Step step) {
        wakePrecisely();
        try (NetNs netns = NetNs.open(target.namespace())) {
            netns.run(() -> loop(step));
        }
    }

    private void loop(Step step) {
        try {
            while (!stopped) {
                try {
                    step.run();
                } catch (IOException e) {
                    if (!stopped) {
                        tally.failed();
                        // Not a busy loop against a peer that refuses.
                        Thread.sleep(1);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            try {
                step.close();
            } catch (IOException e) {
                // The socket is gone either way.
            }
        }
    }

    /** Asks the kernel not to bundle this thread's timers with others, which it does within 50 us. */
    private static void wakePrecisely() {
        try {
            String thread = Files.readSymbolicLink(Path.of("/proc/thread-self"))
                    .getFileName()
                    .toString();
            Files.writeString(Path.of("/proc", thread, "timerslack_ns"), "1");
        } catch (IOException e) {
            // Latencies are up to 50 us longer then, for all alike.
        }
    }

    /** Writes {@code buffer}, and reads as much again into it. */
    static void exchange(SocketChannel channel, ByteBuffer buffer) throws IOException {
        buffer.clear();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw SelectorWork.ended();
            }
        }
    }

    @Override
    public Tally tally() {
        return tally;
    }

    @Override
    public void stop() {
        stopped = true;
        threads.forEach(Thread::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
