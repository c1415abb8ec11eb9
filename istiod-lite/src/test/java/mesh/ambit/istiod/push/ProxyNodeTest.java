package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.Map;
import mesh.ambit.protocol.discovery.Node;
import org.junit.jupiter.api.Test;

class ProxyNodeTest {
    private static final String ID = "ztunnel~10.0.0.9~ztunnel-a.istio-system~istio-system.svc.cluster.local";

    @Test
    void idAndMetadataTellTypeNamespaceAndNode() {
        ProxyNode node = parse(ID, Map.of("NAMESPACE", "istio-system", "NODE_NAME", "a"));

        assertThat(node)
                .isEqualTo(new ProxyNode("ztunnel", "ztunnel-a.istio-system", "istio-system", null, "a", "", ""));
    }

    @Test
    void namespaceOfTheIdStandsInForAbsentMetadata() {
        assertThat(parse(ID, Map.of()).namespace()).isEqualTo("istio-system");
    }

    @Test
    void malformedIdsAreRefused() {
        for (String id :
                new String[] {"", "ztunnel~10.0.0.9~x", "toaster~10.0.0.9~x~y.svc", "ztunnel~nowhere~x~y.svc"}) {
            assertThatThrownBy(() -> parse(id, Map.of())).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anAddressInEitherPlaceIsEnough() {
        assertThat(parse("ztunnel~~x~y.svc", Map.of("INSTANCE_IPS", "fd00::1,10.0.0.1"))
                        .namespace())
                .isEqualTo("y");
    }

    @Test
    void callerMustBeOfTheDeclaredNamespaceAndAccount() {
        ProxyNode plain = parse(ID, Map.of());
        ProxyNode strict = parse(ID, Map.of("SERVICE_ACCOUNT", "ztunnel"));

        assertThat(plain.mayBe("istio-system", "anything")).isTrue();
        assertThat(plain.mayBe("shop", "ztunnel")).isFalse();
        assertThat(strict.mayBe("istio-system", "ztunnel")).isTrue();
        assertThat(strict.mayBe("istio-system", "other")).isFalse();
    }

    private static ProxyNode parse(String id, Map<String, String> metadata) {
        Struct.Builder struct = Struct.newBuilder();
        metadata.forEach((key, value) ->
                struct.putFields(key, Value.newBuilder().setStringValue(value).build()));
        return ProxyNode.parse(Node.newBuilder().setId(id).setMetadata(struct).build());
    }
}
