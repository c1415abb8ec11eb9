package mesh.ambit.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.ControlPlaneChannels;
import mesh.ambit.channel.TokenSource;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.TypeUrl;
import mesh.ambit.xds.AdsClient;
import mesh.ambit.xds.AdsMode;
import mesh.ambit.xds.AdsNode;
import mesh.ambit.xds.AdsObserver;
import mesh.ambit.xds.KeptMesh;
import mesh.ambit.xds.MeshUpdates;
import mesh.ambit.xds.ResourceKeeper;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdsClientIT {
    private static final Workload WEB =
            Workload.builder("Kubernetes//Pod/shop/web").name("web").build();
    private static final Service ORDERS =
            Service.builder("shop", "orders.shop.svc.cluster.local").build();
    private static final Policy STRICT =
            new Policy("shop", "strict", Policy.Scope.NAMESPACE, Policy.Action.ALLOW, List.of(), false);

    @TempDir
    private Path folder;

    private final TestAuthority authority = new TestAuthority("ads");
    private final FakeAds ads = FakeAds.start(authority);
    private final ControlPlaneChannels channels = new ControlPlaneChannels();
    private final BlockingQueue<MeshUpdates> applied = new LinkedBlockingQueue<>();
    private final Recorder recorder = new Recorder();
    private @Nullable AdsClient client;

    @AfterEach
    void stop() {
        if (client != null) {
            client.close();
        }
        channels.close();
        ads.close();
    }

    @Test
    void everythingIsAskedForAppliedAndAcknowledged() throws Exception {
        AdsClient started = connect(folder.resolve("root.pem"));
        FakeAds.Stream stream = ads.awaitStream();
        assertThat(stream.awaitRequest().getTypeUrl()).isEqualTo(TypeUrl.ADDRESS);
        assertThat(stream.awaitRequest().getTypeUrl()).isEqualTo(TypeUrl.AUTHORIZATION);

        stream.sendAddresses(List.of(WEB, ORDERS));
        assertThat(next()).isEqualTo(new MeshUpdates.Addresses(List.of(WEB, ORDERS), List.of()));
        assertThat(stream.awaitRequest().getResponseNonce()).isEqualTo("nonce-1");
        assertThat(started.synced().toCompletableFuture()).isNotDone();

        stream.sendPolicies(List.of(STRICT));
        assertThat(next()).isEqualTo(new MeshUpdates.Policies(List.of(STRICT), List.of()));
        DeltaDiscoveryRequest reply = stream.awaitRequest();
        assertThat(reply.getResponseNonce()).isEqualTo("nonce-2");
        assertThat(reply.hasErrorDetail()).isFalse();
        started.synced().toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertThat(recorder.bytes).hasPositiveValue();
    }

    @Test
    void everyStreamCarriesTheTokenAsItIsNow() throws Exception {
        connect(folder.resolve("root.pem"));
        ads.awaitStream().awaitRequest();
        Files.writeString(folder.resolve("token"), "second");
        ads.kill();
        ads.restart();
        ads.awaitStream().awaitRequest();

        assertThat(header(0, "authorization")).isEqualTo("Bearer first");
        assertThat(header(0, "clusterid")).isEqualTo("Kubernetes");
        assertThat(header(0, "x_team")).isEqualTo("blue");
        assertThat(header(ads.calls().size() - 1, "authorization")).isEqualTo("Bearer second");
    }

    @Test
    void aControllerThatComesBackIsToldTheVersionsAndSendsOnlyWhatChanged() throws Exception {
        connect(folder.resolve("root.pem"));
        FakeAds.Stream stream = ads.awaitStream();
        stream.sendAddresses(List.of(WEB, ORDERS));
        stream.sendPolicies(List.of(STRICT));
        next();
        next();
        for (int i = 0; i < 4; i++) {
            stream.awaitRequest();
        }

        ads.kill();
        Await.until("the loss is counted", () -> !recorder.ends.isEmpty());
        ads.restart();
        FakeAds.Stream again = ads.awaitStream();

        DeltaDiscoveryRequest addresses = again.awaitRequest();
        assertThat(addresses.getNode().getId()).startsWith("ztunnel~10.77.0.11~");
        assertThat(addresses.getInitialResourceVersionsMap())
                .containsOnlyKeys(WEB.uid(), ORDERS.resourceName())
                .doesNotContainValue("");
        assertThat(again.awaitRequest().getInitialResourceVersionsMap()).isEqualTo(Map.of("shop/strict", ""));
        again.sendAddresses(List.of(), ORDERS.resourceName());
        assertThat(next()).isEqualTo(new MeshUpdates.Addresses(List.of(), List.of(ORDERS.resourceName())));
    }

    @Test
    void oneBadResourceIsRefusedByNameAndTheOthersApply() throws Exception {
        connect(folder.resolve("root.pem"));
        FakeAds.Stream stream = ads.awaitStream();
        stream.awaitRequest();
        stream.awaitRequest();

        stream.send(DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(TypeUrl.ADDRESS)
                .addResources(FakeAds.resource("bad", "v1", ByteString.EMPTY))
                .addResources(FakeAds.resource(WEB.uid(), "v1", AddressWire.encode(WEB))));

        assertThat(next()).isEqualTo(new MeshUpdates.Addresses(List.of(WEB), List.of()));
        assertThat(stream.awaitRequest().getErrorDetail().getMessage()).isEqualTo("bad: unknown address type");
    }

    @Test
    void anOrderlyEndReconnectsAtOnceAndARefusalAfterAWhile() throws Exception {
        connect(folder.resolve("root.pem"));
        FakeAds.Stream first = ads.awaitStream();
        first.sendAddresses(List.of());
        next();
        first.complete();
        FakeAds.Stream second = ads.awaitStream();
        second.fail(Status.UNAUTHENTICATED.withDescription("no"));
        ads.awaitStream();

        assertThat(recorder.ends).containsExactly("Complete", "ConnectionError");
    }

    @Test
    void whoWaitsForANameIsReleasedWhenTheSinkHasIt() throws Exception {
        AdsClient started = demand();
        CompletableFuture<Void> early = started.demand("net1/10.0.0.9");
        FakeAds.Stream stream = ads.awaitStream();
        stream.awaitRequest();
        stream.awaitRequest();
        stream.sendPolicies(List.of());
        assertThat(stream.awaitRequest().getResourceNamesSubscribeList()).containsExactly("net1/10.0.0.9");
        stream.awaitRequest();
        CompletableFuture<Void> second = started.demand("net1/10.0.0.9");
        CompletableFuture<Void> unknown = started.demand("net1/10.0.0.8");
        assertThat(stream.awaitRequest().getResourceNamesSubscribeList()).containsExactly("net1/10.0.0.8");

        stream.send(DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(TypeUrl.ADDRESS)
                .addResources(FakeAds.resource("net1/10.0.0.9", "v1", AddressWire.encode(WEB)))
                .addRemovedResources("net1/10.0.0.8"));

        CompletableFuture.allOf(early, second, unknown).get(60, TimeUnit.SECONDS);
        assertThat(applied.remove()).isInstanceOf(MeshUpdates.Policies.class);
        assertThat(applied.remove()).isEqualTo(new MeshUpdates.Addresses(List.of(WEB), List.of("net1/10.0.0.8")));
    }

    @Test
    void whatWasAskedForAndNotAnsweredIsListedAfterAReconnect() throws Exception {
        AdsClient started = demand();
        FakeAds.Stream stream = open();
        CompletableFuture<Void> waiter = started.demand("shop/orders.shop.svc.cluster.local");
        stream.awaitRequest();
        stream.complete();

        FakeAds.Stream again = ads.awaitStream();
        assertThat(again.awaitRequest().getInitialResourceVersionsMap())
                .isEqualTo(Map.of("shop/orders.shop.svc.cluster.local", ""));
        assertThat(waiter).isNotDone();
        again.sendAddresses(List.of(ORDERS));
        waiter.get(60, TimeUnit.SECONDS);
    }

    @Test
    void theEndReleasesWhoWaits() throws Exception {
        AdsClient started = demand();
        open();
        CompletableFuture<Void> waiter = started.demand("net1/10.0.0.9");
        started.close();

        assertThat(waiter).failsWithin(Duration.ofSeconds(60));
        assertThat(started.demand("net1/10.0.0.7")).failsWithin(Duration.ofSeconds(60));
    }

    @Test
    void whatWasRestoredIsAppliedAtOnceAndNotSentAgain() throws Exception {
        Files.writeString(folder.resolve("token"), "first");
        Files.writeString(folder.resolve("root.pem"), authority.rootPem());
        AdsClient started = client(folder.resolve("root.pem"));
        client = started;
        KeptMesh before = new KeptMesh(InstantSource.system(), () -> {});
        before.keep(
                TypeUrl.ADDRESS,
                List.of(
                        FakeAds.resource(WEB.uid(), "v1", AddressWire.encode(WEB)),
                        FakeAds.resource("bad", "v1", ByteString.EMPTY)),
                List.of());
        KeptMesh.Saved saved = KeptMesh.decode(before.current().encode());

        assertThat(started.restore(saved).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .as("what could not be read")
                .isEqualTo(1);
        started.start();

        assertThat(next()).isEqualTo(new MeshUpdates.Addresses(List.of(WEB), List.of()));
        assertThat(ads.awaitStream().awaitRequest().getInitialResourceVersionsMap())
                .isEqualTo(Map.of(WEB.uid(), "v1"));
        assertThat(started.synced().toCompletableFuture()).isNotDone();
    }

    @Test
    void withoutATokenNoStreamIsOpened() throws Exception {
        Files.writeString(folder.resolve("root.pem"), authority.rootPem());
        client = client(folder.resolve("root.pem"));
        Files.writeString(folder.resolve("token"), "");
        client.start();

        Await.until("two attempts have failed", () -> recorder.ends.size() >= 2);
        assertThat(recorder.ends).containsOnly("ConnectionError");
    }

    @Test
    void rootsThatAppearLaterAreReadThen() throws Exception {
        Path roots = folder.resolve("later.pem");
        Files.writeString(folder.resolve("token"), "first");
        client = client(roots);
        client.start();
        Await.until("an attempt has failed", () -> recorder.ends.contains("Error"));

        Files.writeString(roots, authority.rootPem());

        ads.awaitStream().awaitRequest();
    }

    @Test
    void aServerOfAnotherAuthorityIsNotTrusted() throws Exception {
        Path roots = folder.resolve("other.pem");
        Files.writeString(folder.resolve("token"), "first");
        Files.writeString(roots, new TestAuthority("other").rootPem());
        client = client(roots);
        client.start();

        Await.until("two attempts have failed", () -> recorder.ends.size() >= 2);
        assertThat(recorder.ends).containsOnly("ConnectionError");
        assertThat(ads.calls()).isEmpty();
    }

    @Test
    void aServerWithAnotherNameIsTrustedOnlyUnderTheAlternativeName() throws Exception {
        Path roots = folder.resolve("root.pem");
        Files.writeString(roots, authority.rootPem());
        try (FakeAds elsewhere = FakeAds.start(authority, "istiod.istio-system.svc")) {
            client = new AdsClient(
                    misnamed(elsewhere, roots, "istiod.example"), channels, node(), applied::add, recorder);
            client.start();
            Await.until("two attempts have failed", () -> recorder.ends.size() >= 2);
            assertThat(recorder.ends).containsOnly("ConnectionError");
            assertThat(elsewhere.calls()).isEmpty();
            client.close();

            client = new AdsClient(
                    misnamed(elsewhere, roots, "istiod.istio-system.svc"), channels, node(), applied::add, recorder);
            client.start();
            elsewhere.awaitStream().awaitRequest();
            client.close();
        }
    }

    @Test
    void aServerWithAnotherNameIsNotTrustedWithoutAnAlternative() throws Exception {
        Path roots = folder.resolve("root.pem");
        Files.writeString(roots, authority.rootPem());
        try (FakeAds elsewhere = FakeAds.start(authority, "istiod.istio-system.svc", "127.0.0.2")) {
            client = new AdsClient(misnamed(elsewhere, roots, null), channels, node(), applied::add, recorder);
            client.start();
            Await.until("two attempts have failed", () -> recorder.ends.size() >= 2);
            assertThat(elsewhere.calls()).isEmpty();
            client.close();
        }
    }

    private static ControlPlane misnamed(FakeAds ads, Path roots, @Nullable String alternative) {
        return new ControlPlane(
                ads.address(), TrustRoots.parse(roots.toString()), alternative, null, "Kubernetes", Map.of());
    }

    private AdsClient connect(Path roots) throws IOException {
        Files.writeString(folder.resolve("token"), "first");
        Files.writeString(roots, authority.rootPem());
        AdsClient started = client(roots);
        client = started;
        started.start();
        return started;
    }

    private AdsClient demand() throws IOException {
        Path roots = folder.resolve("root.pem");
        Files.writeString(roots, authority.rootPem());
        Files.writeString(folder.resolve("token"), "first");
        AdsClient started = new AdsClient(
                controlPlane(roots), channels, node(), AdsMode.ON_DEMAND, ResourceKeeper.NONE, applied::add, recorder);
        client = started;
        started.start();
        return started;
    }

    /** Accepts an on-demand client. */
    private FakeAds.Stream open() {
        FakeAds.Stream stream = ads.awaitStream();
        stream.awaitRequest();
        stream.awaitRequest();
        stream.sendPolicies(List.of());
        assertThat(stream.awaitRequest().getTypeUrl()).isEqualTo(TypeUrl.AUTHORIZATION);
        return stream;
    }

    private AdsClient client(Path roots) {
        return new AdsClient(controlPlane(roots), channels, node(), applied::add, recorder);
    }

    private ControlPlane controlPlane(Path roots) {
        return new ControlPlane(
                ads.address(),
                TrustRoots.parse(roots.toString()),
                null,
                TokenSource.parse(folder.resolve("token").toString()),
                "Kubernetes",
                Map.of("x_team", "blue"));
    }

    private static AdsNode node() {
        return AdsNode.ofNodeProxy("10.77.0.11", "ztunnel-a", "istio-system", "node-a", Map.of());
    }

    private MeshUpdates next() throws InterruptedException {
        MeshUpdates updates = applied.poll(60, TimeUnit.SECONDS);
        assertThat(updates).as("something was applied").isNotNull();
        return updates;
    }

    private @Nullable String header(int call, String name) {
        return ads.calls().get(call).get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    private static final class Recorder implements AdsObserver {
        final List<String> ends = new CopyOnWriteArrayList<>();
        final AtomicLong bytes = new AtomicLong();

        @Override
        public void message(String typeUrl, long payloadBytes) {
            bytes.addAndGet(payloadBytes);
        }

        @Override
        public void terminated(String reason) {
            ends.add(reason);
        }
    }
}
