package mesh.ambit.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A short-lived tool of the system, such as {@code ip} or {@code nft}, run in a chosen namespace. Immutable. */
public final class Command {
    /** Far more than any tool of ours takes; a hung tool must not hang the node. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(20);

    private final List<String> words;
    private final @Nullable NetNs namespace;
    private final String input;
    private final Duration limit;

    private Command(List<String> words, @Nullable NetNs namespace, String input, Duration limit) {
        this.words = List.copyOf(words);
        this.namespace = namespace;
        this.input = input;
        this.limit = limit;
    }

    /** Returns a command with its arguments, found by {@code PATH}, to be run in this process's own namespaces. */
    public static Command of(String... words) {
        return new Command(List.of(words), null, "", TIME_LIMIT);
    }

    /** Returns this command, to be run inside {@code namespace}. */
    public Command in(NetNs namespace) {
        return new Command(words, namespace, input, limit);
    }

    /** Returns this command, to be given {@code input} on its standard input. */
    public Command withInput(String input) {
        return new Command(words, namespace, input, limit);
    }

    /** Returns this command, to be given up after {@code limit} instead of 20 seconds. */
    public Command within(Duration limit) {
        return new Command(words, namespace, input, limit);
    }

    /** What a tool said and how it ended. */
    public record Result(int exitCode, String output, String errors) {}

    /**
     * Runs the command to its end, on a platform thread where a namespace is given.
     *
     * @throws CommandException if it cannot be started or does not end in time
     */
    public Result run() {
        try {
            ProcessBuilder builder = new ProcessBuilder(words);
            Process process = namespace == null ? builder.start() : namespace.call(builder::start);
            try {
                return finish(process);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new CommandException(this + " cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(this + " was interrupted", e);
        }
    }

    /** Runs the command and returns its output; {@link CommandException} with what it said if it fails. */
    public String require() {
        Result result = run();
        if (result.exitCode() != 0) {
            String said = (result.errors() + result.output()).strip();
            throw new CommandException(this + " failed with " + result.exitCode() + ": " + said, null);
        }
        return result.output();
    }

    private Result finish(Process process) throws InterruptedException {
        CompletableFuture<String> output = read(process.getInputStream());
        CompletableFuture<String> errors = read(process.getErrorStream());
        // Not on this thread: a hung tool reads nothing, and a pipe holds 64 KiB.
        Thread.ofVirtual().start(() -> write(process.getOutputStream()));
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new CommandException(this + " did not end within " + limit, null);
        }
        return new Result(process.exitValue(), output.join(), errors.join());
    }

    private void write(OutputStream stream) {
        try (stream) {
            stream.write(input.getBytes(UTF_8));
        } catch (IOException e) {
            // It ended without reading everything; its exit code and its words say more than a broken pipe.
        }
    }

    private static CompletableFuture<String> read(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (stream) {
                text.complete(new String(stream.readAllBytes(), UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(new UncheckedIOException(e));
            }
        });
        return text;
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
