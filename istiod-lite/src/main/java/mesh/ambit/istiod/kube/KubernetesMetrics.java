package mesh.ambit.istiod.kube;

/** Counts what comes from the API server and what does not. Implementations are thread-safe. */
public interface KubernetesMetrics {
    /** Counts nothing. */
    KubernetesMetrics NONE = new KubernetesMetrics() {
        @Override
        public void event(String kind, String event) {}

        @Override
        public void followed(String collection, boolean followed) {}
    };

    /** An event came: {@code list}, {@code update} or {@code delete}. */
    void event(String kind, String event);

    /** A collection is followed now, or is not. */
    void followed(String collection, boolean followed);
}
