package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.BoundPod;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.istiod.proxyless.Viewer.Claim;
import mesh.ambit.protocol.discovery.Node;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GrpcNodeTest {
    private static final SpiffeId WEB = new SpiffeId("cluster.local", "shop", "web");

    private static Claim claim(String id, @Nullable CallerIdentity caller) {
        Node node = Node.newBuilder()
                .setId("sidecar~10.0.0.1~" + id + "~shop.svc.cluster.local")
                .setMetadata(Struct.newBuilder()
                        .putFields(
                                "CLUSTER_ID",
                                Value.newBuilder().setStringValue("west").build()))
                .build();
        return GrpcNode.viewer(node, caller).claim();
    }

    @Test
    void itsIdNamesItsPod() {
        assertThat(claim("web-0.shop", null)).isEqualTo(new Claim("web-0", "west", null, false));
        assertThat(claim("web-0.other", null).pod()).as("of another namespace").isEmpty();
        assertThat(claim("web-0", null).pod()).isEmpty();
    }

    @Test
    void whatWasProvedCounts() {
        assertThat(claim("web-0.shop", new CallerIdentity(WEB, null)))
                .isEqualTo(new Claim("web-0", "west", "web", false));
        assertThat(claim("web-0.shop", new CallerIdentity(WEB, new BoundPod("web-1", "u", null))))
                .isEqualTo(new Claim("web-1", "west", "web", true));
    }
}
