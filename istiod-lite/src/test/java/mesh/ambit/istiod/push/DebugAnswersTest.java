package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UnknownFieldSet;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.Node;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DebugAnswersTest {
    private static final CallerIdentity SYSTEM = caller("istio-system");
    private static final Instant SENT = Instant.ofEpochSecond(1_700_000_000, 5);

    private final DebugAnswers debug = new DebugAnswers(
            "istio-system",
            Set.of("monitoring"),
            "istiod-1",
            "1.2.3",
            () -> List.of(
                    client("c-1", "a.istio-system", "istio-system", "SYNCED", null),
                    client("c-2", "b.shop", "shop", "ERROR", "bad address")),
            name -> name.equals("nope") ? null : "page " + name);

    @Test
    void syncStatusIsInEnvoysWords() throws Exception {
        DebugAnswers.Answer answer = debug.answer(request(DebugAnswers.SYNCZ), SYSTEM, "other");

        assertThat(answer.controlPlane())
                .isEqualTo("{\"Component\":\"istiod\",\"ID\":\"istiod-1\",\"Info\":{\"version\":\"1.2.3\"}}");
        assertThat(answer.resources()).extracting(EncodedResource::name).containsExactly("a.istio-system", "b.shop");
        var any = answer.resources().getLast().resource().getResource();
        assertThat(any.getTypeUrl()).isEqualTo("type.googleapis.com/envoy.service.status.v3.ClientConfig");
        UnknownFieldSet config = UnknownFieldSet.parseFrom(any.getValue());
        Node node = Node.parseFrom(config.getField(1).getLengthDelimitedList().getFirst());
        assertThat(node.getId()).isEqualTo("b.shop");
        UnknownFieldSet generic = UnknownFieldSet.parseFrom(
                config.getField(3).getLengthDelimitedList().getFirst());
        assertThat(generic.getField(1).getLengthDelimitedList().getFirst().toStringUtf8())
                .isEqualTo("type");
        assertThat(generic.getField(6).getVarintList()).containsExactly(4L);
        UnknownFieldSet error = UnknownFieldSet.parseFrom(
                generic.getField(8).getLengthDelimitedList().getFirst());
        assertThat(error.getField(3).getLengthDelimitedList().getFirst().toStringUtf8())
                .isEqualTo("bad address");
    }

    @Test
    void othersSeeTheirOwnNamespaceAndNobodySeesTheOneWhoAsks() {
        assertThat(debug.answer(request(DebugAnswers.SYNCZ), caller("shop"), "other")
                        .resources())
                .extracting(EncodedResource::name)
                .containsExactly("b.shop");
        assertThat(debug.answer(request(DebugAnswers.SYNCZ), caller("monitoring"), "other")
                        .resources())
                .hasSize(2);
        assertThat(debug.answer(request(DebugAnswers.SYNCZ), SYSTEM, "c-1").resources())
                .extracting(EncodedResource::name)
                .containsExactly("b.shop");
    }

    @Test
    void pagesAreForTheSystemsNamespace() {
        DebugAnswers.Answer answer = debug.answer(request(DebugAnswers.PAGES, "syncz?x=y"), SYSTEM, "other");

        assertThat(answer.resources().getFirst().name()).isEqualTo("syncz?x=y");
        assertThat(answer.resources()
                        .getFirst()
                        .resource()
                        .getResource()
                        .getValue()
                        .toStringUtf8())
                .isEqualTo("page syncz?x=y");
        assertRefused(Status.Code.PERMISSION_DENIED, request(DebugAnswers.PAGES, "syncz"), caller("shop"));
        assertRefused(Status.Code.PERMISSION_DENIED, request(DebugAnswers.PAGES, "syncz"), caller("monitoring"));
        assertRefused(Status.Code.INVALID_ARGUMENT, request(DebugAnswers.PAGES), SYSTEM);
        assertRefused(Status.Code.INVALID_ARGUMENT, request(DebugAnswers.PAGES, "a", "b"), SYSTEM);
        assertRefused(Status.Code.UNAUTHENTICATED, request(DebugAnswers.SYNCZ), null);
    }

    @Test
    void whateverAClientAsksForIsCountedAsOneOfAFew() {
        assertThat(debug.answer(request("istio.io/debug/made-up"), caller("shop"), "other"))
                .satisfies(answer -> assertThat(answer.typeUrl()).isEqualTo("istio.io/debug/made-up"))
                .satisfies(answer -> assertThat(answer.label()).isEqualTo(DebugAnswers.PAGES));
        assertThat(debug.answer(request(DebugAnswers.SYNCZ), SYSTEM, "other").label())
                .isEqualTo(DebugAnswers.SYNCZ);
    }

    private void assertRefused(Status.Code code, DeltaDiscoveryRequest request, @Nullable CallerIdentity caller) {
        assertThatThrownBy(() -> debug.answer(request, caller, "other"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(code));
    }

    private static DeltaDiscoveryRequest request(String type, String... names) {
        return DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(type)
                .addAllResourceNamesSubscribe(List.of(names))
                .build();
    }

    private static CallerIdentity caller(String namespace) {
        return new CallerIdentity(new SpiffeId("cluster.local", namespace, "any"), null);
    }

    private static ClientStatus client(
            String connection, String proxy, String namespace, String status, @Nullable String error) {
        return new ClientStatus(
                connection,
                proxy,
                "ztunnel",
                namespace,
                "node-a",
                "Kubernetes",
                "",
                SENT,
                Map.of("type", new ClientStatus.OfType(status, "n", SENT, "", null, null, error, null, 0, 0)));
    }
}
