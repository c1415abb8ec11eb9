package mesh.ambit.istiod.kube;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.testkit.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClusterTrustBundleIT {
    private static final String BUNDLES = "/apis/certificates.k8s.io/v1beta1/clustertrustbundles";
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private final AtomicReference<String> roots = new AtomicReference<>("root one");
    private FakeApi api;
    private ApiServer server;
    private ClusterTrustBundle bundle;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(BUNDLES, DEFINITIONS);
        server = ApiServers.at(api.url());
        bundle = ClusterTrustBundle.start(server, roots::get, InstantSource.system(), new Random(7));
    }

    @AfterEach
    void close() {
        bundle.close();
        server.close();
        api.close();
    }

    @Test
    void isThereAndPutRightAndFollowsTheRoots() {
        holds("root one");

        api.put(
                BUNDLES,
                "{\"apiVersion\": \"certificates.k8s.io/v1beta1\", \"metadata\": {\"name\": \""
                        + ClusterTrustBundle.NAME + "\"}, \"spec\": {\"trustBundle\": \"evil root\"}}");
        holds("root one");
        api.remove(BUNDLES, ClusterTrustBundle.NAME);
        holds("root one");

        roots.set("root one root two");
        bundle.refresh();
        holds("root one root two");
    }

    private void holds(String text) {
        Await.until(
                text,
                () -> api.text(BUNDLES, ClusterTrustBundle.NAME, "spec", "trustBundle")
                                .equals(text)
                        && (text.equals("evil root")
                                || api.text(BUNDLES, ClusterTrustBundle.NAME, "spec", "signerName")
                                        .equals("istio.io/istiod-ca")));
    }
}
