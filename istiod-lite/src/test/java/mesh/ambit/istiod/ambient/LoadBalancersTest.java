package mesh.ambit.istiod.ambient;

import static mesh.ambit.model.LoadBalancing.Scope.NETWORK;
import static mesh.ambit.model.LoadBalancing.Scope.NODE;
import static mesh.ambit.model.LoadBalancing.Scope.REGION;
import static mesh.ambit.model.LoadBalancing.Scope.SUBZONE;
import static mesh.ambit.model.LoadBalancing.Scope.ZONE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.Service;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.LoadBalancing.HealthPolicy;
import mesh.ambit.model.LoadBalancing.Mode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LoadBalancersTest {
    private static final LoadBalancing SAME_ZONE =
            new LoadBalancing(List.of(NETWORK, REGION, ZONE), Mode.FAILOVER, HealthPolicy.ONLY_HEALTHY);
    private static final LoadBalancing SAME_NODE =
            new LoadBalancing(List.of(NETWORK, REGION, ZONE, SUBZONE, NODE), Mode.FAILOVER, HealthPolicy.ONLY_HEALTHY);

    @Test
    void nothingAskedIsTheStandard() {
        assertThat(of("", null)).isEqualTo(LoadBalancing.STANDARD);
    }

    @Test
    void localTrafficPolicyBeatsEverything() {
        assertThat(of(
                        "internalTrafficPolicy: Local, trafficDistribution: PreferClose, publishNotReadyAddresses: true",
                        null))
                .isEqualTo(new LoadBalancing(List.of(NODE), Mode.STRICT, HealthPolicy.ALLOW_ALL));
    }

    @Test
    void fieldBeatsTheNamespace() {
        assertThat(of("trafficDistribution: PreferSameNode", "PreferClose")).isEqualTo(SAME_NODE);
        assertThat(of("trafficDistribution: PreferSameZone", null)).isEqualTo(SAME_ZONE);
    }

    @Test
    void unknownFieldFallsThroughAndCaseMattersThere() {
        assertThat(of("trafficDistribution: preferclose", "PreferSameNode")).isEqualTo(SAME_NODE);
    }

    @Test
    void annotationIgnoresCaseAndStopsWhenItIsUnknown() {
        assertThat(annotated("PREFERCLOSE", "PreferSameNode")).isEqualTo(SAME_ZONE);
        assertThat(annotated("nonsense", "PreferSameNode")).isEqualTo(LoadBalancing.STANDARD);
        assertThat(annotated("", "PreferSameNode")).isEqualTo(SAME_NODE);
    }

    @Test
    void notReadyAddressesAreCarriedAlone() {
        assertThat(of("publishNotReadyAddresses: true", null))
                .isEqualTo(new LoadBalancing(List.of(), Mode.UNSPECIFIED_MODE, HealthPolicy.ALLOW_ALL));
    }

    private static LoadBalancing of(String spec, @Nullable String namespaceWish) {
        return LoadBalancers.of(
                Objects.service("web", spec), namespaceWish == null ? Map.of() : namespace(namespaceWish));
    }

    private static LoadBalancing annotated(String wish, String namespaceWish) {
        Service service = (Service) Objects.all("{apiVersion: v1, kind: Service, metadata: {name: web, annotations: "
                        + "{networking.istio.io/traffic-distribution: '" + wish + "'}}}")
                .getFirst();
        return LoadBalancers.of(service, namespace(namespaceWish));
    }

    private static Map<String, String> namespace(String wish) {
        return Map.of("networking.istio.io/traffic-distribution", wish);
    }
}
