package mesh.ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.util.List;
import java.util.TreeMap;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Port;
import mesh.ambit.model.Workload;
import org.junit.jupiter.api.Test;

class WireJsonTest {
    @Test
    void keysAreSortedDefaultsLeftOutAndBytesBase64() {
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(new NamespacedHostname("shop", "b"), List.of(Port.of(80, 8080)));
        services.put(new NamespacedHostname("shop", "a"), List.of());
        Workload workload = Workload.builder("u")
                .name("web")
                .addresses(List.of(InetAddress.ofLiteral("10.0.0.1")))
                .services(services)
                .build();

        assertThat(WireJson.of(AddressWire.toProto(workload)).toString())
                .contains("\"addresses\":[\"CgAAAQ==\"]", "\"name\":\"web\"")
                .contains(
                        "\"services\":{\"shop/a\":{},\"shop/b\":{\"ports\":[{\"servicePort\":80,\"targetPort\":8080}]}}")
                .doesNotContain("nativeTunnel");
    }

    @Test
    void whatIsNotUnderstoodIsShownAsItIs() {
        assertThat(of("type.googleapis.com/some.Thing", "x").toString())
                .isEqualTo("{\"@type\":\"type.googleapis.com/some.Thing\",\"value\":\"eA==\"}");
        assertThat(of(TypeUrl.ADDRESS, "\u00ff broken").getAsJsonObject().has("@type"))
                .isTrue();
    }

    private static JsonElement of(String type, String bytes) {
        return WireJson.of(Any.newBuilder()
                .setTypeUrl(type)
                .setValue(ByteString.copyFromUtf8(bytes))
                .build());
    }
}
