package mesh.ambit.istiod.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import mesh.ambit.istiod.app.RemoteSecret.Wish;
import mesh.ambit.istiod.kube.api.ApiServer;

/** As whom other clusters' controllers read this one: a ServiceAccount, its rights and its token. */
final class ReaderAccount {
    /** Lets a second pass. */
    static final Pause SECOND = () -> {
        try {
            Thread.sleep(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    };

    private static final String TOKEN_TYPE = "kubernetes.io/service-account-token";
    private static final String ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name";
    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final String MANAGER = "ambit";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** How often we look whether a token has been written. */
    private static final int LOOKS = 6;

    /** What the chart gives such an account with {@code remoteReader}, and no more. */
    private static final String RULES = """
            [{"apiGroups": [""], "resources": ["namespaces", "nodes", "pods", "services"], "verbs": ["list", "watch"]},
             {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
             {"apiGroups": ["gateway.networking.k8s.io"], "resources": ["gateways"], "verbs": ["list", "watch"]},
             {"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"],
              "verbs": ["get", "list", "watch"]},
             {"apiGroups": ["authentication.k8s.io"], "resources": ["tokenreviews"], "verbs": ["create"]}]
            """;

    private final ApiServer server;
    private final Pause pause;

    /** Waits between two looks. */
    interface Pause {
        void take() throws IOException;
    }

    ReaderAccount(ApiServer server, Pause pause) {
        this.server = server;
        this.pause = pause;
    }

    /** Returns the rights of such an account. */
    static JsonNode rules() throws IOException {
        return JSON.readTree(RULES);
    }

    /**
     * Returns the Secret with the account's token and the cluster's root certificate.
     *
     * @throws IOException if there is none, or it is another account's
     */
    JsonNode token(Wish wish) throws IOException {
        String accounts = of(wish, "serviceaccounts");
        if (server.find(accounts + "/" + wish.account()) == null) {
            boolean controllers = wish.use() == RemoteSecret.Use.CONFIG;
            if (controllers || !wish.create()) {
                throw new IOException("there is no ServiceAccount " + wish.namespace() + "/" + wish.account()
                        + (controllers
                                ? " (expected: a controller's, which its chart makes)"
                                : " (expected: one that may read the cluster, as the chart makes with"
                                        + " remoteReader=true)"));
            }
            make(wish);
        }
        JsonNode secret = secret(wish);
        String path =
                of(wish, "secrets") + "/" + secret.path("metadata").path("name").asText();
        for (int look = 1; !isFilled(secret); look++) {
            if (look == LOOKS) {
                throw new IOException("Secret " + path + " has no token and root certificate: nobody has written them");
            }
            pause.take();
            secret = server.get(path);
        }
        return secret;
    }

    private static boolean isFilled(JsonNode secret) {
        return secret.path("data").hasNonNull("token") && secret.path("data").hasNonNull("ca.crt");
    }

    private JsonNode secret(Wish wish) throws IOException {
        String secrets = of(wish, "secrets");
        if (!wish.tokenSecret().isEmpty()) {
            JsonNode secret = server.get(secrets + "/" + wish.tokenSecret());
            if (!isOf(secret, wish)) {
                throw new IOException("Secret " + wish.namespace() + "/" + wish.tokenSecret()
                        + " has no token of ServiceAccount " + wish.account());
            }
            return secret;
        }
        for (JsonNode secret :
                server.get(secrets + "?fieldSelector=type%3D" + TOKEN_TYPE).path("items")) {
            if (isOf(secret, wish)) {
                return secret;
            }
        }
        ObjectNode secret = ApiServer.object("v1", "Secret", wish.account() + "-istio-remote-secret-token");
        secret.withObjectProperty("metadata").putObject("annotations").put(ACCOUNT_ANNOTATION, wish.account());
        secret.withObjectProperty("metadata").put("namespace", wish.namespace());
        return server.create(secrets, secret.put("type", TOKEN_TYPE));
    }

    private static boolean isOf(JsonNode secret, Wish wish) {
        return secret.path("type").asText("").equals(TOKEN_TYPE)
                && secret.path("metadata")
                        .path("annotations")
                        .path(ACCOUNT_ANNOTATION)
                        .asText("")
                        .equals(wish.account());
    }

    /** Makes the account and what it may do, as the chart would. */
    private void make(Wish wish) throws IOException {
        if (server.find("/api/v1/namespaces/" + wish.namespace()) == null) {
            server.create("/api/v1/namespaces", ApiServer.object("v1", "Namespace", wish.namespace()));
        }
        ObjectNode account = ApiServer.object("v1", "ServiceAccount", wish.account());
        account.withObjectProperty("metadata").put("namespace", wish.namespace());
        server.create(of(wish, "serviceaccounts"), account);
        String role = "istio-reader-" + wish.namespace();
        ObjectNode rights = ApiServer.object(RBAC + "/v1", "ClusterRole", role);
        rights.set("rules", rules());
        server.apply("/apis/" + RBAC + "/v1/clusterroles/" + role, MANAGER, rights);
        String name = wish.account() + "-" + wish.namespace();
        ObjectNode binding = ApiServer.object(RBAC + "/v1", "ClusterRoleBinding", name);
        binding.putObject("roleRef")
                .put("apiGroup", RBAC)
                .put("kind", "ClusterRole")
                .put("name", role);
        binding.putArray("subjects")
                .addObject()
                .put("kind", "ServiceAccount")
                .put("name", wish.account())
                .put("namespace", wish.namespace());
        server.apply("/apis/" + RBAC + "/v1/clusterrolebindings/" + name, MANAGER, binding);
    }

    private static String of(Wish wish, String collection) {
        return "/api/v1/namespaces/" + wish.namespace() + "/" + collection;
    }
}
