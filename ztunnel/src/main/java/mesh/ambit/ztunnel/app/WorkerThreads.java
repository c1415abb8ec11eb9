package mesh.ambit.ztunnel.app;

import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;

/** How many event loops carry the data. */
final class WorkerThreads {
    private static final int LEAST = 2;
    private static final int MOST = 1024;
    /** Of the processors, where nobody said how many may be used. */
    private static final double SHARE = 0.25;

    private WorkerThreads() {}

    /**
     * Returns {@code ZTUNNEL_WORKER_THREADS}: a number, a share of the processors such as {@code 50%}, 0 for all of
     * them. Unset, {@code concurrency} of the mesh decides, then the pod's CPU limit, at least its request, and without a
     * limit a quarter of the processors, at least the request and two.
     */
    static int from(Environment env, @Nullable Integer concurrency, int machine) {
        int limit = env.value("ZTUNNEL_RESOURCE_CPU_LIMIT", 0, WorkerThreads::quantity);
        int request = env.value("ZTUNNEL_RESOURCE_CPU_REQUEST", 0, WorkerThreads::quantity);
        // Kubernetes fills in the node's processors where the pod has no limit: a count, not a limit.
        int counted = env.number("ZTUNNEL_CPU_LIMIT", machine, 0, MOST);
        int processors = limit > 0 ? limit : counted;
        int standard;
        if (concurrency != null) {
            standard = concurrency > 0 ? concurrency : processors;
        } else if (limit > 0) {
            standard = Math.max(limit, request);
        } else {
            standard = Math.max(LEAST, Math.max((int) Math.ceil(processors * SHARE), request));
        }
        int threads = env.value("ZTUNNEL_WORKER_THREADS", standard, text -> parse(text, processors));
        return Math.clamp(threads, 1, MOST);
    }

    private static int parse(String text, int processors) {
        if (text.endsWith("%")) {
            double percent = decimal(text.substring(0, text.length() - 1), "invalid percentage");
            if (!(percent > 0 && percent <= 100)) {
                throw new IllegalArgumentException("percentage must be between 0 and 100");
            }
            return Math.max(1, (int) Math.ceil(processors * percent / 100));
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0) {
                return number == 0 ? processors : number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "invalid number, expected: a number of threads, 0 for all processors, or a share like 50%", e);
        }
        throw new IllegalArgumentException("invalid number, expected: 0 or more");
    }

    /** Returns a quantity of processors as Kubernetes writes it, {@code 2}, {@code 1.5} or {@code 500m}, rounded up. */
    private static int quantity(String text) {
        boolean milli = text.endsWith("m");
        double cores = decimal(milli ? text.substring(0, text.length() - 1) : text, "not a CPU quantity");
        double whole = Math.ceil(milli ? cores / 1000 : cores);
        if (!(whole > 0) || Double.isInfinite(whole)) {
            throw new IllegalArgumentException("must be a positive CPU quantity");
        }
        return (int) Math.min(whole, MOST);
    }

    private static double decimal(String text, String problem) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(problem, e);
        }
    }
}
