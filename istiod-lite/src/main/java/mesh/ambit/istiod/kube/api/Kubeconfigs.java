package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Judges kubeconfigs that somebody wrote into a Secret: whoever may write one must not make us run a program of his, send
 * a file of ours to a server of his, or believe whoever answers in the place of a server.
 *
 * <p>What is refused can be allowed one by one, in the reference's words: {@code clientKey}, {@code clientCertificate},
 * {@code tokenFile}, {@code exec} and names of providers, to which we add {@code insecureSkipTLSVerify}.
 */
final class Kubeconfigs {
    private static final String AUTH_PROVIDER = "auth-provider";
    private static final String INSECURE_TLS = "insecureSkipTLSVerify";

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

    /** What a user may have when it is allowed, and by which word. */
    private static final Map<String, String> WORDS = Map.of(
            "client-key",
            "clientKey",
            "client-certificate",
            "clientCertificate",
            "tokenFile",
            "tokenFile",
            "exec",
            "exec");

    private static final Set<String> OF_CLUSTERS = Set.of(
            "server",
            "certificate-authority-data",
            "insecure-skip-tls-verify",
            "tls-server-name",
            "proxy-url",
            "disable-compression");

    /** What is wrong with a kubeconfig, without quoting it. */
    static final class UnsafeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnsafeException(String message) {
            super(message);
        }
    }

    private Kubeconfigs() {}

    /**
     * Returns if every credential of a kubeconfig is in itself, and its servers have to prove who they are.
     *
     * @param allowed what it may say all the same
     * @throws UnsafeException naming what is not allowed in it, or saying that it is none; never quoting a value
     */
    static void requireSafe(String text, Set<String> allowed) {
        JsonNode config;
        try {
            config = Serialization.unmarshal(text, JsonNode.class);
        } catch (RuntimeException e) {
            // Not its words: they may quote a credential.
            throw new UnsafeException("no kubeconfig");
        }
        if (config == null || config.path("clusters").isEmpty()) {
            throw new UnsafeException("no kubeconfig: it names no cluster");
        }
        Set<String> refused = new TreeSet<>();
        for (JsonNode item : config.path("users")) {
            JsonNode user = item.path("user");
            user.fieldNames().forEachRemaining(field -> {
                String word = field.equals(AUTH_PROVIDER)
                        ? user.path(field).path("name").asText("")
                        : WORDS.getOrDefault(field, "");
                if (!OF_USERS.contains(field) && !allowed.contains(word)) {
                    refused.add(field);
                }
            });
        }
        for (JsonNode item : config.path("clusters")) {
            JsonNode cluster = item.path("cluster");
            cluster.fieldNames().forEachRemaining(field -> {
                if (!OF_CLUSTERS.contains(field)) {
                    refused.add(field);
                }
            });
            if (!allowed.contains(INSECURE_TLS)) {
                if (!cluster.path("insecure-skip-tls-verify").asText("false").equals("false")) {
                    refused.add("insecure-skip-tls-verify");
                }
                if (!isProtected(cluster.path("server").asText(""))) {
                    refused.add("a server without TLS");
                }
            }
        }
        if (!refused.isEmpty()) {
            throw new UnsafeException(String.join(", ", refused)
                    + " not allowed (expected: a token or certificates in the text itself, and https)");
        }
    }

    /** Returns whether nobody else can answer: there is TLS, or the server is on this machine. */
    private static boolean isProtected(String server) {
        try {
            URI uri = new URI(server);
            String host = uri.getHost();
            return "https".equalsIgnoreCase(uri.getScheme()) || (host != null && isLoopback(host));
        } catch (URISyntaxException | IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isLoopback(String host) {
        String literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return InetAddress.ofLiteral(literal).isLoopbackAddress();
    }
}
