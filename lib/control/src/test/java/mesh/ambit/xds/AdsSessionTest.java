package mesh.ambit.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;
import mesh.ambit.wire.TypeUrl;
import org.junit.jupiter.api.Test;

class AdsSessionTest {
    private static final Workload WEB =
            Workload.builder("Kubernetes//Pod/shop/web").name("web").build();
    private static final Service ORDERS =
            Service.builder("shop", "orders.shop.svc.cluster.local").build();

    private final AdsSession session = new AdsSession(
            AdsNode.ofNodeProxy("10.77.0.11", "ztunnel-a", "istio-system", "node-a", Map.of("X", 1.5)),
            AdsMode.WILDCARD,
            ResourceKeeper.NONE);
    private final AdsSession onDemand =
            new AdsSession(AdsNode.ofNodeProxy("", "", "", "", Map.of()), AdsMode.ON_DEMAND, ResourceKeeper.NONE);
    private final List<MeshUpdates> applied = new ArrayList<>();

    @Test
    void aStreamBeginsWithAddressesAndThenAuthorizationsForEverything() {
        List<DeltaDiscoveryRequest> requests = session.begin();

        assertThat(requests)
                .extracting(DeltaDiscoveryRequest::getTypeUrl)
                .containsExactly(TypeUrl.ADDRESS, TypeUrl.AUTHORIZATION);
        assertThat(requests).allSatisfy(request -> {
            assertThat(request.getResourceNamesSubscribeList()).isEmpty();
            assertThat(request.getResourceNamesUnsubscribeList()).isEmpty();
            assertThat(request.getInitialResourceVersionsMap()).isEmpty();
            assertThat(request.getNode().getId())
                    .isEqualTo("ztunnel~10.77.0.11~ztunnel-a.istio-system~istio-system.svc.cluster.local");
        });
        assertThat(requests.getFirst().getNode().getMetadata().getFieldsMap())
                .containsEntry(
                        "NODE_NAME", Value.newBuilder().setStringValue("node-a").build())
                .containsEntry(
                        "INSTANCE_IPS",
                        Value.newBuilder().setStringValue("10.77.0.11").build())
                .containsEntry("X", Value.newBuilder().setNumberValue(1.5).build());
    }

    @Test
    void whatIsUnsetIsEmptyInTheNode() {
        AdsNode node = AdsNode.ofNodeProxy("", "", "", "", Map.of());

        assertThat(node.id()).isEqualTo("ztunnel~1.1.1.1~.~.svc.cluster.local");
        assertThat(node.metadata()).containsEntry("INSTANCE_IPS", "1.1.1.1").containsEntry("NAME", "");
    }

    @Test
    void whatTheEnvironmentSaysWinsInTheNode() {
        AdsNode node = AdsNode.ofNodeProxy("10.0.0.1", "p", "ns", "n", Map.of("NAME", "other"));

        assertThat(node.id()).isEqualTo("ztunnel~10.0.0.1~p.ns~ns.svc.cluster.local");
        assertThat(node.metadata()).containsEntry("NAME", "other").containsEntry("NAMESPACE", "ns");
    }

    @Test
    void onDemandAsksForNoAddressesAndForEveryPolicy() {
        List<DeltaDiscoveryRequest> requests = onDemand.begin();

        assertThat(requests.getFirst().getResourceNamesSubscribeList()).containsExactly("*");
        assertThat(requests.getFirst().getResourceNamesUnsubscribeList()).containsExactly("*");
        assertThat(requests.getLast().getResourceNamesSubscribeList()).isEmpty();
        assertThat(requests.getLast().getResourceNamesUnsubscribeList()).isEmpty();
    }

    @Test
    void onDemandPoliciesAloneDecideWhetherItIsSynced() {
        onDemand.receive(response(TypeUrl.AUTHORIZATION, "1").build(), applied::add);

        assertThat(onDemand.isSynced()).isTrue();
    }

    @Test
    void aDemandNamesOneResourceAndIsListedWithoutVersionUntilItIsAnswered() {
        DeltaDiscoveryRequest demand = onDemand.demand("net1/10.0.0.9");

        assertThat(demand.getTypeUrl()).isEqualTo(TypeUrl.ADDRESS);
        assertThat(demand.getResourceNamesSubscribeList()).containsExactly("net1/10.0.0.9");
        assertThat(demand.hasNode()).isFalse();
        assertThat(onDemand.begin().getFirst().getInitialResourceVersionsMap()).isEqualTo(Map.of("net1/10.0.0.9", ""));

        AdsSession.Reaction answer = onDemand.receive(
                response(TypeUrl.ADDRESS, "1")
                        .addRemovedResources("net1/10.0.0.9")
                        .build(),
                applied::add);

        assertThat(answer.answered()).containsExactly("net1/10.0.0.9");
        assertThat(onDemand.begin().getFirst().getInitialResourceVersionsMap()).isEmpty();
    }

    @Test
    void aDemandDoesNotForgetTheVersionThatIsHeld() {
        onDemand.receive(
                response(TypeUrl.ADDRESS, "1").addResources(address(WEB, "v1")).build(), applied::add);
        onDemand.demand(WEB.uid());

        assertThat(onDemand.begin().getFirst().getInitialResourceVersionsMap()).isEqualTo(Map.of(WEB.uid(), "v1"));
    }

    @Test
    void aRejectedResourceAnswersItsNameAndItsAliasesToo() {
        AdsSession.Reaction reaction = onDemand.receive(
                response(TypeUrl.ADDRESS, "1")
                        .addResources(Resource.newBuilder().setName("a").addAliases("net1/10.0.0.9"))
                        .build(),
                applied::add);

        assertThat(reaction.rejections()).isNotEmpty();
        assertThat(reaction.answered()).containsExactly("a", "net1/10.0.0.9");
    }

    @Test
    void whatIsRestoredIsAppliedAndReportedButCountsAsNoAnswer() {
        List<String> kept = new ArrayList<>();
        AdsSession later = new AdsSession(
                AdsNode.ofNodeProxy("", "", "", "", Map.of()),
                AdsMode.WILDCARD,
                (type, accepted, removed) -> kept.add(type));

        later.restore(
                response(TypeUrl.ADDRESS, "").addResources(address(WEB, "v7")).build(), applied::add);

        assertThat(applied).containsExactly(new MeshUpdates.Addresses(List.of(WEB), List.of()));
        assertThat(later.begin().getFirst().getInitialResourceVersionsMap()).isEqualTo(Map.of(WEB.uid(), "v7"));
        assertThat(kept).isEmpty();
        later.receive(response(TypeUrl.AUTHORIZATION, "1").build(), applied::add);
        assertThat(later.isSynced()).isFalse();
    }

    @Test
    void theKeeperGetsWhatWasAcceptedAndNothingElse() {
        List<Object> kept = new ArrayList<>();
        AdsSession keeping = new AdsSession(
                AdsNode.ofNodeProxy("", "", "", "", Map.of()), AdsMode.WILDCARD, (type, accepted, removed) -> {
                    kept.addAll(accepted);
                    kept.addAll(removed);
                });
        Resource good = address(WEB, "v1");

        keeping.receive(
                response(TypeUrl.ADDRESS, "1")
                        .addResources(good)
                        .addResources(Resource.newBuilder().setName("bad"))
                        .addRemovedResources("gone")
                        .build(),
                applied::add);

        assertThat(kept).containsExactly(good, "gone");
    }

    @Test
    void aResponseIsAppliedAsOneBatchAndAcknowledged() {
        AdsSession.Reaction reaction = receive(response(TypeUrl.ADDRESS, "n1")
                .addResources(address(WEB, "v1"))
                .addResources(address(ORDERS, "v2"))
                .addRemovedResources("gone"));

        assertThat(applied).containsExactly(new MeshUpdates.Addresses(List.of(WEB, ORDERS), List.of("gone")));
        assertThat(reaction.reply().getTypeUrl()).isEqualTo(TypeUrl.ADDRESS);
        assertThat(reaction.reply().getResponseNonce()).isEqualTo("n1");
        assertThat(reaction.reply().hasErrorDetail()).isFalse();
        assertThat(reaction.reply().hasNode()).isFalse();
        assertThat(reaction.payloadBytes())
                .isEqualTo(AddressWire.encode(WEB).size()
                        + AddressWire.encode(ORDERS).size());
    }

    @Test
    void aReconnectTellsTheVersionsOfWhatWasAcceptedAndNotRemoved() {
        receive(response(TypeUrl.ADDRESS, "n1").addResources(address(WEB, "v1")).addResources(address(ORDERS, "v1")));
        receive(response(TypeUrl.ADDRESS, "n2")
                .addResources(address(WEB, "v2"))
                .addRemovedResources(ORDERS.resourceName()));
        receive(response(TypeUrl.AUTHORIZATION, "n3").addResources(policy("strict")));

        List<DeltaDiscoveryRequest> requests = session.begin();
        assertThat(requests.get(0).getInitialResourceVersionsMap()).isEqualTo(Map.of(WEB.uid(), "v2"));
        assertThat(requests.get(1).getInitialResourceVersionsMap()).isEqualTo(Map.of("shop/strict", ""));
    }

    @Test
    void aNameThatIsSentAndRemovedInOneResponseEndsUpRemoved() {
        receive(response(TypeUrl.ADDRESS, "n1").addResources(address(WEB, "v1")).addRemovedResources(WEB.uid()));

        assertThat(session.begin().getFirst().getInitialResourceVersionsMap()).isEmpty();
    }

    @Test
    void oneBadResourceIsNamedAndTheOthersApply() {
        receive(response(TypeUrl.ADDRESS, "n1")
                .addResources(resource("bad", ByteString.EMPTY, "old"))
                .addResources(address(ORDERS, "v1")));
        AdsSession.Reaction reaction = receive(response(TypeUrl.ADDRESS, "n2")
                .addResources(resource("broken", ByteString.copyFrom(new byte[] {7}), "v1"))
                .addResources(resource("empty", ByteString.EMPTY, "v1"))
                .addResources(address(WEB, "v1")));

        assertThat(applied.getLast()).isEqualTo(new MeshUpdates.Addresses(List.of(WEB), List.of()));
        assertThat(reaction.reply().getErrorDetail().getCode()).isZero();
        assertThat(reaction.reply().getErrorDetail().getMessage())
                .startsWith("empty: unknown address type; broken: decode: ");
        assertThat(session.begin().getFirst().getInitialResourceVersionsMap())
                .isEqualTo(Map.of(WEB.uid(), "v1", ORDERS.resourceName(), "v1"));
    }

    @Test
    void aRejectedUpdateKeepsTheVersionAcceptedBefore() {
        receive(response(TypeUrl.ADDRESS, "n1").addResources(address(WEB, "v1")));
        receive(response(TypeUrl.ADDRESS, "n2").addResources(resource(WEB.uid(), ByteString.EMPTY, "v2")));

        assertThat(session.begin().getFirst().getInitialResourceVersionsMap()).isEqualTo(Map.of(WEB.uid(), "v1"));
    }

    @Test
    void syncedMeansThatBothTypesWereAcceptedCompletelyOnce() {
        receive(response(TypeUrl.ADDRESS, "n1"));
        assertThat(session.isSynced()).isFalse();

        receive(response(TypeUrl.AUTHORIZATION, "n2")
                .addResources(resource("bad", ByteString.copyFrom(new byte[] {7}), "")));
        assertThat(session.isSynced()).isFalse();

        receive(response(TypeUrl.AUTHORIZATION, "n3"));
        assertThat(session.isSynced()).isTrue();
    }

    @Test
    void anUnknownTypeIsAcknowledgedAndNotApplied() {
        AdsSession.Reaction reaction = receive(response("type.googleapis.com/other.Type", "n1"));

        assertThat(reaction.known()).isFalse();
        assertThat(reaction.reply().getResponseNonce()).isEqualTo("n1");
        assertThat(reaction.reply().hasErrorDetail()).isFalse();
        assertThat(applied).isEmpty();
    }

    @Test
    void whatCouldNotBeAppliedCountsAsNotReceived() {
        DeltaDiscoveryResponse response =
                response(TypeUrl.ADDRESS, "n1").addResources(address(WEB, "v1")).build();

        assertThatThrownBy(() -> session.receive(response, updates -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(session.begin().getFirst().getInitialResourceVersionsMap()).isEmpty();
    }

    private AdsSession.Reaction receive(DeltaDiscoveryResponse.Builder response) {
        return session.receive(response.build(), applied::add);
    }

    private static DeltaDiscoveryResponse.Builder response(String type, String nonce) {
        return DeltaDiscoveryResponse.newBuilder().setTypeUrl(type).setNonce(nonce);
    }

    private static Resource address(MeshResource resource, String version) {
        return resource(resource.resourceName(), AddressWire.encode(resource), version);
    }

    private static Resource policy(String name) {
        Policy policy = new Policy("shop", name, Policy.Scope.NAMESPACE, Policy.Action.ALLOW, List.of(), false);
        return resource(policy.key(), AuthorizationWire.encode(policy), "");
    }

    private static Resource resource(String name, ByteString value, String version) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion(version)
                .setResource(Any.newBuilder().setValue(value))
                .build();
    }
}
