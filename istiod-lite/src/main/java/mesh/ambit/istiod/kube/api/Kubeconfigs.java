package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Judges kubeconfigs that somebody wrote into a Secret: whoever may write one must not make us run a program of his or
 * send a file of ours to a server of his.
 */
final class Kubeconfigs {
    /** What a user may have; everything else may name a program or a file. */
    private static final Set<String> OF_USERS = Set.of(
            "token",
            "username",
            "password",
            "client-certificate-data",
            "client-key-data",
            "as",
            "as-uid",
            "as-groups",
            "as-user-extra");

    private static final Set<String> OF_CLUSTERS = Set.of(
            "server",
            "certificate-authority-data",
            "insecure-skip-tls-verify",
            "tls-server-name",
            "proxy-url",
            "disable-compression");

    private static final Map<String, Set<String>> PARTS = Map.of("users", OF_USERS, "clusters", OF_CLUSTERS);

    private Kubeconfigs() {}

    /**
     * Returns if every credential of a kubeconfig is in itself.
     *
     * @throws IllegalArgumentException naming what is not allowed in it, or saying that it is none
     */
    static void requireSelfContained(String text) {
        JsonNode config;
        try {
            config = Serialization.unmarshal(text, JsonNode.class);
        } catch (RuntimeException e) {
            // Not its words: they may quote a credential.
            throw new IllegalArgumentException("no kubeconfig");
        }
        if (config == null || config.path("clusters").isEmpty()) {
            throw new IllegalArgumentException("no kubeconfig: it names no cluster");
        }
        Set<String> refused = new TreeSet<>();
        PARTS.forEach((list, allowed) -> {
            for (JsonNode item : config.path(list)) {
                String part = list.substring(0, list.length() - 1);
                item.path(part).fieldNames().forEachRemaining(field -> {
                    if (!allowed.contains(field)) {
                        refused.add(field);
                    }
                });
            }
        });
        if (!refused.isEmpty()) {
            throw new IllegalArgumentException(
                    String.join(", ", refused) + " not allowed (expected: a token or certificates in the text itself)");
        }
    }
}
