package mesh.ambit.ztunnel.app;

import mesh.ambit.config.Environment;

/** How many event loops carry the data. */
final class WorkerThreads {
    private static final int LEAST = 2;
    private static final int MOST = 1024;

    private WorkerThreads() {}

    /**
     * Returns {@code ZTUNNEL_WORKER_THREADS}: a number, a share of the processors such as {@code 50%}, 0 for all of
     * them. Unset, an explicit CPU limit decides, and without one a quarter of the processors, at least two.
     */
    static int from(Environment env, int processors) {
        int request = env.number("ZTUNNEL_RESOURCE_CPU_REQUEST", 0, 0, MOST);
        int limit = env.number("ZTUNNEL_CPU_LIMIT", env.number("ZTUNNEL_RESOURCE_CPU_LIMIT", 0, 0, MOST), 0, MOST);
        // Without a limit Kubernetes fills in the node's processors, which says nothing.
        boolean explicit = limit > 0 && limit < processors;
        int standard = explicit
                ? Math.max(limit, request)
                : Math.max(Math.max(LEAST, Math.ceilDiv(processors, 4)), Math.min(request, processors));
        return env.value("ZTUNNEL_WORKER_THREADS", standard, text -> parse(text, processors));
    }

    private static int parse(String text, int processors) {
        boolean share = text.endsWith("%");
        String digits = share ? text.substring(0, text.length() - 1) : text;
        int number;
        try {
            number = Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "expected: a number of threads, 0 for all processors, or a share like 50%", e);
        }
        if (number < 0 || number > MOST) {
            throw new IllegalArgumentException("out of range, expected: 0 to " + MOST);
        }
        if (share) {
            return Math.max(1, Math.ceilDiv(processors * number, 100));
        }
        return number == 0 ? processors : number;
    }
}
