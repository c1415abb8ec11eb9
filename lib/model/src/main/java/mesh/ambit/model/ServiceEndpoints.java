package mesh.ambit.model;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The endpoints of one service, as its health policy let them in, until the service or one of its workloads changes.
 *
 * <p>Immutable to see from outside, and shared by every snapshot in between; so what a client has to work out from
 * hundreds of endpoints is worked out once and kept here. Thread-safe.
 */
public final class ServiceEndpoints {
    /** Answers kept at a time: ports of a service times places that clients of a node live in. */
    static final int MAX_DERIVED = 64;

    private final Service service;
    private final PersistentMap<String, Endpoint> byWorkload;
    private final AtomicReference<Map<Derivation<?>, Object>> derived = new AtomicReference<>(Map.of());

    ServiceEndpoints(Service service, PersistentMap<String, Endpoint> byWorkload) {
        this.service = requireNonNull(service, "service");
        this.byWorkload = requireNonNull(byWorkload, "byWorkload");
    }

    /**
     * A question about a service's endpoints. Equal questions have equal answers, which depend on nothing but the
     * endpoints, their service and their workloads.
     */
    @FunctionalInterface
    public interface Derivation<T> {
        /** Returns the answer; {@code mesh} is the one that the endpoints belong to. */
        T derive(ServiceEndpoints endpoints, MeshSnapshot mesh);
    }

    /** Returns the service. */
    public Service service() {
        return service;
    }

    /** Returns the endpoints by workload uid; never empty. */
    public PersistentMap<String, Endpoint> byWorkload() {
        return byWorkload;
    }

    /**
     * Returns the answer to {@code question}, from memory if it was asked before.
     *
     * @param mesh a snapshot that these endpoints were found in
     */
    @SuppressWarnings("unchecked") // What is stored under a question is that question's answer.
    public <T> T derived(Derivation<T> question, MeshSnapshot mesh) {
        Object known = derived.get().get(question);
        if (known == null) {
            // Two threads may work out the same answer at once; either will do.
            T answer = question.derive(this, mesh);
            derived.updateAndGet(answers -> with(answers, question, answer));
            return answer;
        }
        return (T) known;
    }

    private static Map<Derivation<?>, Object> with(
            Map<Derivation<?>, Object> answers, Derivation<?> question, Object answer) {
        Map<Derivation<?>, Object> next = answers.size() < MAX_DERIVED ? new HashMap<>(answers) : new HashMap<>();
        next.put(question, answer);
        return Map.copyOf(next);
    }
}
