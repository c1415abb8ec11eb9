package mesh.ambit.istiod.kube.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiResourceTest {
    private static final ApiResource CONFIG_MAPS = ApiResource.of("", "v1", "configmaps");
    private static final ApiResource BUNDLES = ApiResource.of("certificates.k8s.io", "v1", "clustertrustbundles");

    @Test
    void pathsAreThoseOfTheApi() {
        assertThat(CONFIG_MAPS.object("shop", "kube-root-ca.crt"))
                .isEqualTo("/api/v1/namespaces/shop/configmaps/kube-root-ca.crt");
        assertThat(BUNDLES.object("", "istio.io:istiod-ca:root-cert"))
                .isEqualTo("/apis/certificates.k8s.io/v1/clustertrustbundles/istio.io:istiod-ca:root-cert");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a b", "../../secrets/x", "..", ".", "a/status", "a?dryRun=All", "a#b", "ä", "%2e%2e", "a+b"})
    void whatIsNoNameStaysOneSegment(String name) {
        URI path = URI.create("https://api" + CONFIG_MAPS.object("shop", name));

        assertThat(path.normalize()).as("nothing leads elsewhere").isEqualTo(path);
        assertThat(path.getRawQuery()).isNull();
        assertThat(path.getRawFragment()).isNull();
        assertThat(path.getRawPath().split("/", -1)).hasSize(7);
    }
}
