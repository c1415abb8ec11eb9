package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import mesh.ambit.config.Environment;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.ambient.MeshSettings;

/**
 * What we are told of other clusters that Secrets name.
 *
 * @param followed whether Secrets may name any
 * @param shared whether what they have counts in the mesh; otherwise only who their callers are
 * @param timeout how long the first state may wait for one of them; zero for as long as it takes
 * @param insecure what kubeconfigs may say that could make us run a program or read a file, in the reference's words
 */
record RemoteClusterSettings(boolean followed, boolean shared, Duration timeout, Set<String> insecure) {
    static final String AMBIT_REMOTE_CLUSTERS = "AMBIT_REMOTE_CLUSTERS";
    static final String TIMEOUT = "PILOT_REMOTE_CLUSTER_TIMEOUT";
    static final String INSECURE = "PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS";

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

    RemoteClusterSettings {
        requireNonNull(timeout, "timeout");
        insecure = Set.copyOf(insecure);
    }

    /** Returns what {@code environment} says; what is wrong with it is noted there. */
    static RemoteClusterSettings from(Environment environment, MeshSettings mesh) {
        boolean shared = mesh.has(Feature.MULTI_NETWORK);
        return new RemoteClusterSettings(
                environment.flag(AMBIT_REMOTE_CLUSTERS, shared),
                shared,
                environment.duration(TIMEOUT, DEFAULT_TIMEOUT),
                environment.value(INSECURE, Set.of(), RemoteClusterSettings::words));
    }

    private static Set<String> words(String text) {
        Set<String> words = new LinkedHashSet<>();
        for (String word : text.split(",", -1)) {
            if (!word.isBlank()) {
                words.add(word.strip());
            }
        }
        return words;
    }
}
