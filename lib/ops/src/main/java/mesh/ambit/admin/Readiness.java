package mesh.ambit.admin;

import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** The tasks that a program still has to do, or has to do again, before it is ready. Thread-safe. */
public final class Readiness {
    private final SortedSet<String> pending = new ConcurrentSkipListSet<>();

    private volatile @Nullable String note;

    /** Creates one for which everything is done. */
    public Readiness() {}

    /** Says that {@code task} is not done. */
    public void pending(String task) {
        pending.add(task);
    }

    /** Says that {@code task} is done. */
    public void done(String task) {
        pending.remove(task);
    }

    /** Has whoever asks whether we are ready told {@code text} as well; null for nothing. */
    public void note(@Nullable String text) {
        note = text;
    }

    /** Returns whether nothing is pending. */
    public boolean isReady() {
        return pending.isEmpty();
    }

    /** Returns the route {@code /healthz/ready}. */
    public Map<String, HttpRoute> routes() {
        return Map.of("/healthz/ready", answer().only("GET"));
    }

    /** Returns the route's answer, for programs that offer it under another path. */
    public HttpRoute answer() {
        return query -> {
            String tasks = String.join(", ", pending);
            return tasks.isEmpty()
                    ? HttpReply.text(200, note == null ? "ready\n" : "ready\n" + note + "\n")
                    : HttpReply.text(500, "not ready, pending: " + tasks + "\n");
        };
    }
}
