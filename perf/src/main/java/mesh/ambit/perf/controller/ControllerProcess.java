package mesh.ambit.perf.controller;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** A {@link ServedMesh} in a process of its own. */
final class ControllerProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 120;

    private final Process process;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final int port;
    private final Duration started;

    private ControllerProcess(Process process, long startNanos, BiConsumer<String, Long> added)
            throws InterruptedException {
        this.process = process;
        Thread.ofPlatform().daemon().name("controller-output").start(() -> read(added));
        this.port = Integer.parseInt(expect("listening "));
        this.started = Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /**
     * Starts one with {@code pods} pods.
     *
     * @param added told of each pod that got its address, and when, by {@link System#nanoTime()}, whose zero all processes
     *     of a machine share
     */
    static ControllerProcess start(int pods, List<String> options, BiConsumer<String, Long> added)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ServedMesh.class.getName()));
        command.add(Integer.toString(pods));
        long startNanos = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new ControllerProcess(process, startNanos, added);
    }

    private void read(BiConsumer<String, Long> added) {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("added ")) {
                    String[] words = line.split(" ", -1);
                    added.accept(words[1], Long.valueOf(words[2]));
                } else {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String expect(String prefix) throws InterruptedException {
        String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null || !line.startsWith(prefix)) {
            throw new IllegalStateException("controller said " + line + " (expected: " + prefix + "…)");
        }
        return line.substring(prefix.length());
    }

    int port() {
        return port;
    }

    /** Returns how long it took to have the mesh and to open the port. */
    Duration started() {
        return started;
    }

    /** Has {@code count} pods replaced at {@code rate} a second; returns when that is done. */
    void replace(double rate, int count) throws IOException, InterruptedException {
        order("replace " + rate + " " + count);
    }

    /** Has garbage collected. */
    void collect() throws IOException, InterruptedException {
        order("gc");
    }

    private void order(String order) throws IOException, InterruptedException {
        process.outputWriter(StandardCharsets.UTF_8).write(order + "\n");
        process.outputWriter(StandardCharsets.UTF_8).flush();
        expect("done");
    }

    /** Returns the processor time that it has used. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Returns its resident memory in MiB. */
    long residentMib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return 0;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
