package mesh.ambit.istiod.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** Secrets that name clusters, for tests. */
final class RemoteSecrets {
    private RemoteSecrets() {}

    /** Returns a kubeconfig; {@code user} is what its user has. */
    static String kubeconfig(String url, String user) {
        return """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "%s"}}]
                users: [{name: u, user: {%s}}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                current-context: x
                """.formatted(url, user);
    }

    /** Returns a Secret of these texts. */
    static ObjectNode secret(Map<String, String> data) {
        ObjectNode secret = new ObjectMapper().createObjectNode();
        secret.putObject("metadata")
                .put("namespace", "istio-system")
                .put("name", "remotes")
                .putObject("labels")
                .put("istio/multiCluster", "true");
        ObjectNode encoded = secret.putObject("data");
        new TreeMap<>(data)
                .forEach((key, text) ->
                        encoded.put(key, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))));
        return secret;
    }
}
