package mesh.ambit.istiod.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mesh.ambit.istiod.kube.api.ApiResource;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.Codec;
import mesh.ambit.istiod.kube.api.Reflector;
import mesh.ambit.istiod.kube.api.Sink;
import mesh.ambit.istiod.kube.api.WorkQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the trust bundle in a ClusterTrustBundle, of which there is one in a cluster and which kubelets mount: written when
 * it is missing, put right when somebody edits or deletes it.
 */
public final class ClusterTrustBundle implements AutoCloseable {
    /** The reference's name. */
    public static final String NAME = "istio.io:istiod-ca:root-cert";

    private static final Logger LOG = LoggerFactory.getLogger(ClusterTrustBundle.class);
    private static final String SIGNER = "istio.io/istiod-ca";
    private static final String MANAGER = "istiod-lite";
    private static final ApiResource BUNDLES = new ApiResource(
            "certificates.k8s.io",
            List.of("v1", "v1beta1", "v1alpha1"),
            "clustertrustbundles",
            "",
            "metadata.name=" + NAME,
            "",
            false);

    private final ApiServer server;
    private final Supplier<String> bundle;
    private final WorkQueue queue;
    private final Reflector<JsonNode> watch;
    private volatile String present = "";

    /** Of the versions that are served the one that the watch has found. */
    private volatile String version = "v1beta1";

    private ClusterTrustBundle(ApiServer server, Supplier<String> bundle, InstantSource clock, RandomGenerator random) {
        this.server = server;
        this.bundle = bundle;
        this.queue = new WorkQueue("ClusterTrustBundle", _ -> settle(), System::nanoTime);
        this.watch = Reflector.start(server, BUNDLES, Codec.TREE, new Bundles(), _ -> {}, clock, random);
    }

    /**
     * Begins.
     *
     * @param bundle what is to be there, as PEM
     */
    public static ClusterTrustBundle start(
            ApiServer server, Supplier<String> bundle, InstantSource clock, RandomGenerator random) {
        return new ClusterTrustBundle(server, bundle, clock, random);
    }

    /** Looks again: the bundle may have changed. */
    public void refresh() {
        queue.add(NAME);
    }

    /** Makes it right; returns false if that is to be tried again. */
    private boolean settle() {
        try {
            String wanted = bundle.get();
            if (!wanted.equals(present)) {
                ObjectNode object = ApiServer.object("certificates.k8s.io/" + version, "ClusterTrustBundle", NAME);
                object.putObject("spec").put("signerName", SIGNER).put("trustBundle", wanted);
                server.apply("/apis/certificates.k8s.io/" + version + "/clustertrustbundles/" + NAME, MANAGER, object);
                LOG.debug("ClusterTrustBundle {} written", NAME);
            }
            return true;
        } catch (IOException | RuntimeException e) {
            if (Thread.currentThread().isInterrupted()) {
                return true;
            }
            LOG.warn("ClusterTrustBundle {}: {}, trying again", NAME, e.getMessage());
            return false;
        }
    }

    /** Follows the one object. */
    private final class Bundles implements Sink<JsonNode> {
        @Override
        public void replaced(Map<String, JsonNode> objects) {
            present = "";
            objects.forEach(this::changed);
            refresh();
        }

        @Override
        public void changed(String key, JsonNode object) {
            String of = object.path("apiVersion").asText("");
            if (of.contains("/")) {
                version = of.substring(of.indexOf('/') + 1);
            }
            present = object.path("spec").path("trustBundle").asText("");
            refresh();
        }

        @Override
        public void removed(String key) {
            present = "";
            refresh();
        }
    }

    /** Stops; what is there stays. */
    @Override
    public void close() {
        watch.close();
        queue.close();
    }
}
