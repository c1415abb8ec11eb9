package mesh.ambit.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The demo's end of one running {@link ShopService}: asks, and matches the answers. Thread-safe. */
final class Shopkeeper implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final String name;
    private final Process process;
    private final PrintWriter requests;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, CompletableFuture<String>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final Consumer<List<String>> onDeath;
    private volatile boolean closing;

    /** Why there will be no more answers; null while there may be. Set before those who wait are told. */
    private volatile @Nullable IOException ended;

    /** {@code onDeath} is told what the service wrote last, if it ends by itself. */
    Shopkeeper(String name, Process process, Consumer<List<String>> onDeath) {
        this.name = name;
        this.process = process;
        this.onDeath = onDeath;
        this.requests = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        waiting.put(0L, ready);
        Thread thread = new Thread(this::listen, "shop-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /** The figures of a load. */
    record Figures(long requests, long failures, String firstFailure) {
        static Figures parse(String text) {
            String[] words = text.split(" ", 3);
            return new Figures(Long.parseLong(words[0]), Long.parseLong(words[1]), words.length > 2 ? words[2] : "");
        }
    }

    void awaitReady() {
        join(ready);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    HttpCall.Answer call(String url) {
        return join(callLater(url));
    }

    /** As {@link #call}, without waiting for the answer. */
    CompletableFuture<HttpCall.Answer> callLater(String url) {
        return ask("call " + url).thenApply(answer -> {
            String[] words = answer.split(" ", 2);
            return new HttpCall.Answer(Integer.parseInt(words[0]), words.length > 1 ? words[1] : "");
        });
    }

    void startLoad(String url) {
        join(ask("load " + url));
    }

    Figures loadSoFar() {
        return Figures.parse(join(ask("count")));
    }

    void finishSlowAnswers() {
        join(ask("finish"));
    }

    Figures stopLoad() {
        return Figures.parse(join(ask("stop")));
    }

    private CompletableFuture<String> ask(String request) {
        long id = lastId.incrementAndGet();
        CompletableFuture<String> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        synchronized (requests) {
            requests.println(id + " " + request);
        }
        // Whoever comes after the end was told of it is not among those who were.
        IOException reason = ended;
        if (reason != null) {
            answer.completeExceptionally(reason);
        }
        return answer;
    }

    private <T> T join(CompletableFuture<T> answer) {
        try {
            return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailedException("interrupted");
        } catch (ExecutionException e) {
            throw new StepFailedException("the service " + name + " does not answer: "
                    + (e.getCause() == null ? e : e.getCause()).getMessage());
        } catch (TimeoutException e) {
            throw new StepFailedException("the service " + name + " does not answer within " + PATIENCE_SECONDS + " s");
        }
    }

    private void listen() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            StringBuilder last = new StringBuilder();
            String line;
            while ((line = in.readLine()) != null) {
                String[] words = line.split(" ", 2);
                CompletableFuture<String> answer =
                        words[0].matches("\\d+") ? waiting.remove(Long.parseLong(words[0])) : null;
                if (answer != null) {
                    answer.complete(words.length > 1 ? words[1] : "");
                } else {
                    last.append(line).append(' ');
                }
            }
            if (!closing) {
                onDeath.accept(
                        last.isEmpty() ? List.of() : List.of(last.toString().strip()));
            }
            end(new IOException(
                    last.isEmpty() ? "it ended" : "it ended: " + last.toString().strip()));
        } catch (IOException e) {
            end(e);
        }
    }

    private void end(IOException reason) {
        ended = reason;
        waiting.values().forEach(each -> each.completeExceptionally(reason));
    }

    @Override
    public void close() {
        closing = true;
        process.destroyForcibly();
        try {
            process.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
