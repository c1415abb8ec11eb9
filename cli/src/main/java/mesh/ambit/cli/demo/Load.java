package mesh.ambit.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A steady stream of requests, each on a new connection. */
final class Load {
    /** Together about a hundred new connections a second: enough to hit every moment of a change. */
    private static final int CLIENTS = 4;

    private static final int PAUSE_MILLIS = 30;

    private final String url;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("");
    private final List<Thread> clients = new ArrayList<>();
    private volatile boolean stopped;

    private Load(String url) {
        this.url = url;
    }

    static Load start(String url) {
        Load load = new Load(url);
        for (int i = 0; i < CLIENTS; i++) {
            load.clients.add(Thread.ofVirtual().start(load::run));
        }
        return load;
    }

    /** Returns {@code REQUESTS FAILURES FIRST-REASON}. */
    String figures() {
        return requests + " " + failures + " " + firstFailure.get();
    }

    /** Lets what is under way finish, and returns the figures. */
    String stop() {
        stopped = true;
        for (Thread client : clients) {
            try {
                client.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return figures();
    }

    private void run() {
        while (!stopped) {
            HttpCall.Answer answer = HttpCall.get(url);
            requests.incrementAndGet();
            if (!answer.isOk()) {
                failures.incrementAndGet();
                firstFailure.compareAndSet("", answer.status() + " " + answer.text());
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
