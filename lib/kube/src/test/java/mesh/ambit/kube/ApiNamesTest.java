package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class ApiNamesTest {
    @Test
    void pluralsAreTheOnesOfPaths() {
        assertThat(ApiNames.plural(Kind.POD)).isEqualTo("pods");
        assertThat(ApiNames.plural(Kind.ENDPOINT_SLICE)).isEqualTo("endpointslices");
        assertThat(ApiNames.plural(Kind.AUTHORIZATION_POLICY)).isEqualTo("authorizationpolicies");
    }

    @Test
    void stableVersionsComeFirst() {
        assertThat(ApiNames.versions(Kind.PEER_AUTHENTICATION)).containsExactly("v1", "v1beta1");
        assertThat(ApiNames.group(Kind.ENDPOINT_SLICE)).isEqualTo("discovery.k8s.io");
        assertThat(ApiNames.group(Kind.POD)).isEmpty();
    }
}
