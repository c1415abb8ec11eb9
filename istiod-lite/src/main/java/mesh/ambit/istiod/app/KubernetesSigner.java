package mesh.ambit.istiod.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import mesh.ambit.istiod.issuer.AuthorityConfig;
import mesh.ambit.istiod.issuer.ExternalSigner;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has certificates signed by a signer of the cluster: each request becomes a CertificateSigningRequest, which is approved
 * by us, since we have decided that its holder may have it, and deleted when it has been answered or has not.
 */
final class KubernetesSigner implements ExternalSigner {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesSigner.class);
    private static final ApiResource REQUESTS =
            ApiResource.of("certificates.k8s.io", "v1", "certificatesigningrequests");
    private static final List<String> USAGES =
            List.of("digital signature", "key encipherment", "server auth", "client auth");

    /** The API accepts no shorter life. */
    private static final Duration SHORTEST = Duration.ofMinutes(10);

    private static final Duration FIRST_LOOK = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(800);

    private final ApiServer server;
    private final String signer;
    private final Path roots;

    /**
     * Creates one.
     *
     * @param signer its name
     * @param roots what its certificates lead to, as PEM
     */
    KubernetesSigner(ApiServer server, String signer, Path roots) {
        this.server = server;
        this.signer = signer;
        this.roots = roots;
    }

    @Override
    public String name() {
        return AuthorityConfig.KUBERNETES_SIGNER;
    }

    @Override
    public boolean signsAsRequested() {
        return true;
    }

    @Override
    public String roots() throws IOException {
        if (!Files.isReadable(roots)) {
            throw new IOException(roots + ": not there or not readable (expected: the roots of signer " + signer + ")");
        }
        return Files.readString(roots, StandardCharsets.ISO_8859_1);
    }

    @Override
    public List<String> sign(Request request) throws IOException, InterruptedException {
        JsonNode made = server.create(REQUESTS.path("v1"), body(request));
        String path =
                REQUESTS.path("v1") + "/" + made.path("metadata").path("name").asText();
        try {
            server.replace(path + "/approval", approved(made));
            return List.of(await(path));
        } finally {
            // On a thread of its own: ours may have been interrupted, as it took too long.
            Thread.ofVirtual().start(() -> delete(path));
        }
    }

    private ObjectNode body(Request request) {
        ObjectNode body = ApiServer.object("certificates.k8s.io/v1", "CertificateSigningRequest", "");
        ((ObjectNode) body.path("metadata")).remove("name");
        ((ObjectNode) body.path("metadata")).put("generateName", "csr-workload-");
        Duration life = request.lifetime().compareTo(SHORTEST) < 0 ? SHORTEST : request.lifetime();
        ObjectNode spec = body.putObject("spec")
                .put("signerName", signer)
                .put("expirationSeconds", Math.min(life.toSeconds(), Integer.MAX_VALUE))
                .put("request", Base64.getEncoder().encodeToString(request.csr().getBytes(StandardCharsets.US_ASCII)));
        ArrayNode usages = spec.putArray("usages");
        USAGES.forEach(usages::add);
        return body;
    }

    private static ObjectNode approved(JsonNode made) {
        ObjectNode object = made.deepCopy();
        object.withObjectProperty("status")
                .putArray("conditions")
                .addObject()
                .put("type", "Approved")
                .put("status", "True")
                .put("reason", "MeshIdentity")
                .put("message", "the controller of the mesh has decided that its holder may have it");
        return object;
    }

    private String await(String path) throws IOException, InterruptedException {
        Duration pause = FIRST_LOOK;
        while (true) {
            JsonNode status = server.get(path).path("status");
            String certificate = status.path("certificate").asText("");
            if (!certificate.isEmpty()) {
                return new String(Base64.getDecoder().decode(certificate), StandardCharsets.US_ASCII);
            }
            for (JsonNode condition : status.path("conditions")) {
                String type = condition.path("type").asText();
                if (type.equals("Denied") || type.equals("Failed")) {
                    throw new IOException("signer " + signer + ": " + type + ": "
                            + condition.path("reason").asText("") + " "
                            + condition.path("message").asText(""));
                }
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private void delete(String path) {
        try {
            server.delete(path);
        } catch (IOException e) {
            // The cluster removes old ones by itself.
            LOG.warn("{}: not deleted: {}", path, e.getMessage());
        }
    }
}
