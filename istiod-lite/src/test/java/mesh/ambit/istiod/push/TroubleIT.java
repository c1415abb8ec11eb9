package mesh.ambit.istiod.push;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import mesh.ambit.model.MeshResource;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import org.junit.jupiter.api.Test;

/** Clients that do not behave, too many of them, and a mesh too large for one message: the others are unharmed. */
class TroubleIT {
    private final Counts counts = new Counts();

    private static final class Counts implements PushMetrics {
        final AtomicInteger rejections = new AtomicInteger();
        final AtomicInteger timeouts = new AtomicInteger();

        @Override
        public void rejected(String type) {
            rejections.incrementAndGet();
        }

        @Override
        public void writeTimeout() {
            timeouts.incrementAndGet();
        }
    }

    @Test
    void clientThatRejectsForEverIsToldOnAndNeverAnswered() throws Exception {
        try (PlainServer server = server(100, StreamLimits.DEFAULT, Meshes.pier());
                AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            reject(client, client.next());

            for (int i = 1; i <= 5; i++) {
                server.publish(Meshes.with(Meshes.pier(), Meshes.pod("p-1", "node-a", "10.90.1." + i, "a")), List.of());
                List<DeltaDiscoveryResponse> told = client.untilQuiet();
                assertThat(told).hasSize(1);
                reject(client, told.getFirst());
            }

            assertThat(client.untilQuiet()).isEmpty();
            assertThat(counts.rejections).hasValue(6);
            ClientStatus.OfType status = status(server, AdsClient.ADDRESS);
            assertThat(status.status()).isEqualTo("ERROR");
            assertThat(status.lastError()).isEqualTo("no, thank you");
            assertThat(status.rejections()).isEqualTo(6);
        }
    }

    @Test
    void whoSaysNothingKeepsNobodyWaiting() throws Exception {
        List<AdsClient> silent = new ArrayList<>();
        try (PlainServer server = server(1_000, StreamLimits.DEFAULT, Meshes.pier())) {
            for (int i = 0; i < 300; i++) {
                silent.add(server.client("node-" + i));
            }
            try (AdsClient client = server.client("node-a")) {
                client.subscribe(AdsClient.ADDRESS);

                assertThat(names(client.next())).contains("Kubernetes//Pod/pier/p-1");
            }
            AdsClient late = silent.getFirst();
            late.subscribe(AdsClient.ADDRESS);
            assertThat(names(late.next())).contains("Kubernetes//Pod/pier/p-1");
            silent.forEach(AdsClient::close);
        }
    }

    @Test
    void clientThatNeverAcknowledgesIsToldOnAndSeen() throws Exception {
        try (PlainServer server = server(100, StreamLimits.DEFAULT, Meshes.pier());
                AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            client.untilQuiet();
            server.publish(Meshes.without(Meshes.pier(), "Kubernetes//Pod/pier/p-1"), List.of());

            assertThat(client.untilQuiet()).hasSize(1);

            ClientStatus.OfType status = status(server, AdsClient.ADDRESS);
            assertThat(status.status()).isEqualTo("STALE");
            assertThat(status.staleSince()).isBeforeOrEqualTo(requireNonNull(status.sentTime()));
            assertThat(status.acked()).isEmpty();
        }
    }

    @Test
    void whatChangesBeforeAClientAnsweredIsToldTogetherOnceItDoes() throws Exception {
        try (PlainServer server = server(100, withAnswerWithin(Duration.ofHours(1)), Meshes.pier());
                AdsClient client = server.client("node-a")) {
            DeltaDiscoveryResponse first = toldOnceSynced(server, client);
            server.publish(moved("10.90.1.2", "10.90.2.1"), List.of());
            server.publish(moved("10.90.1.2", "10.90.2.2"), List.of());

            client.acknowledge(first);

            assertThat(names(client.next())).containsExactly("Kubernetes//Pod/pier/p-1", "Kubernetes//Pod/pier/p-2");
            assertThat(client.untilQuiet()).isEmpty();
        }
    }

    @Test
    void clientThatAnswersNoMoreIsToldOnAfterAWhile() throws Exception {
        try (PlainServer server = server(100, withAnswerWithin(Duration.ofMillis(50)), Meshes.pier());
                AdsClient client = server.client("node-a")) {
            toldOnceSynced(server, client);
            for (int i = 2; i <= 4; i++) {
                server.publish(moved("10.90.1." + i, "10.90.2.1"), List.of());

                assertThat(names(client.next())).contains("Kubernetes//Pod/pier/p-1");
            }
        }
    }

    /** Has a client take everything and then hear of one change, which it does not answer. */
    private static DeltaDiscoveryResponse toldOnceSynced(PlainServer server, AdsClient client) throws Exception {
        client.subscribe(AdsClient.ADDRESS);
        client.acknowledge(client.next());
        until(() -> status(server, AdsClient.ADDRESS).status().equals("SYNCED"));
        server.publish(moved("10.90.1.1", "10.90.2.0"), List.of());
        DeltaDiscoveryResponse first = client.next();
        assertThat(names(first)).contains("Kubernetes//Pod/pier/p-1");
        return first;
    }

    /** The mesh with two pods at other addresses. */
    private static List<MeshResource> moved(String first, String second) {
        return Meshes.with(
                Meshes.with(Meshes.pier(), Meshes.pod("p-1", "node-a", first, "a")),
                Meshes.pod("p-2", "node-b", second, "a"));
    }

    private static List<String> names(DeltaDiscoveryResponse response) {
        return response.getResourcesList().stream()
                .map(Resource::getName)
                .sorted()
                .toList();
    }

    private static StreamLimits withAnswerWithin(Duration answer) {
        return new StreamLimits(10, 50, 64 << 20, 64 << 20, Duration.ofHours(1), answer, Duration.ofHours(1));
    }

    @Test
    void clientsThatSayNothingKeepNobodyOut() throws Exception {
        List<AdsClient> silent = new ArrayList<>();
        try (PlainServer server = server(100, StreamLimits.DEFAULT, Meshes.pier())) {
            for (int i = 0; i < 20; i++) {
                silent.add(server.client("node-b"));
            }
            try (AdsClient client = server.client("node-a")) {
                client.subscribe(AdsClient.ADDRESS);
                assertThat(client.next().getResourcesCount()).isPositive();
            }
            silent.forEach(AdsClient::close);
        }
    }

    @Test
    void clientThatTakesNothingIsCutAndTheOthersAreTold() throws Exception {
        StreamLimits impatient =
                new StreamLimits(10, 1_000_000, 1 << 20, 1 << 20, Duration.ZERO, Duration.ofMillis(100), Duration.ZERO);
        try (PlainServer server = server(100, impatient, large(3000, 1000));
                AdsClient deaf = server.deafClient("node-b");
                AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            deaf.subscribe(AdsClient.ADDRESS);
            assertThat(client.next().getResourcesCount()).isPositive();

            until(() -> {
                server.hub.inspect();
                return isForgotten(server);
            });

            assertThat(counts.timeouts.get()).isPositive();
            assertForgotten(server, deaf);
        }
    }

    @Test
    void clientHopelesslyBehindIsCut() throws Exception {
        StreamLimits limits = new StreamLimits(
                10, 50, 64 << 20, 64 << 20, Duration.ofHours(1), Duration.ofMillis(100), Duration.ofHours(1));
        try (PlainServer server = server(100, limits, large(3000, 1000));
                AdsClient deaf = server.deafClient("node-b")) {
            deaf.subscribe(AdsClient.ADDRESS);
            until(() -> !server.hub.status().isEmpty());
            for (int i = 0; i < 60; i++) {
                server.publish(large(3000 + i, 1000), List.of());
            }

            until(() -> {
                server.hub.inspect();
                return isForgotten(server);
            });

            assertThat(counts.timeouts.get()).isPositive();
            assertForgotten(server, deaf);
        }
    }

    @Test
    void answerTooLargeForOneMessageComesInParts() throws Exception {
        StreamLimits limits = new StreamLimits(
                10, 50, 100_000, 200_000, Duration.ofHours(1), Duration.ofMillis(100), Duration.ofHours(1));
        try (PlainServer server = server(100, limits, large(1000, 1000));
                AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            List<DeltaDiscoveryResponse> parts = client.untilQuiet();

            assertThat(parts).hasSizeBetween(10, 15);
            assertThat(parts)
                    .allSatisfy(part -> assertThat(part.getSerializedSize()).isLessThan(101_000));
            assertThat(parts.stream()
                            .mapToInt(DeltaDiscoveryResponse::getResourcesCount)
                            .sum())
                    .isEqualTo(1000);
        }
    }

    @Test
    void meshFarBeyondTheUsualLimitIsOneMessageAndAReconnectResendsNothing() throws Exception {
        int pods = 40_000;
        try (PlainServer server = new PlainServer(100)) {
            server.publish(large(pods, 100), List.of());
            Map<String, String> held = new HashMap<>();
            try (AdsClient client = server.client("node-a")) {
                client.subscribe(AdsClient.ADDRESS);
                DeltaDiscoveryResponse everything = client.next();
                assertThat(everything.getSerializedSize()).isGreaterThan(8 << 20);
                for (Resource resource : everything.getResourcesList()) {
                    held.put(resource.getName(), resource.getVersion());
                }
            }
            assertThat(held).hasSize(pods);

            for (int i = 0; i < 5; i++) {
                try (AdsClient again = server.client("node-a")) {
                    again.send(DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(AdsClient.ADDRESS)
                            .putAllInitialResourceVersions(held));
                    DeltaDiscoveryResponse answer = again.next();
                    assertThat(answer.getResourcesList()).isEmpty();
                    assertThat(answer.getRemovedResourcesList()).isEmpty();
                }
            }
        }
    }

    @Test
    void largeAnswersTakeTurnsAndAllComeThrough() throws Exception {
        try (PlainServer server = new PlainServer(100)) {
            server.publish(large(30_000, 1000), List.of());
            List<AdsClient> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                AdsClient client = server.client("node-" + i);
                client.subscribe(AdsClient.ADDRESS);
                clients.add(client);
            }
            for (AdsClient client : clients) {
                assertThat(client.next().getResourcesCount()).isEqualTo(30_000);
                client.close();
            }
        }
    }

    @Test
    void tenThousandStreamsAtOnceAreRefusedQuicklyAndTheFirstIsStillTold() throws Exception {
        int rush = 10_000;
        try (PlainServer server = server(20, StreamLimits.DEFAULT, Meshes.pier());
                AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            client.acknowledge(client.next());
            List<AdsClient> crowd = new ArrayList<>();
            long begun = System.nanoTime();
            for (int i = 0; i < rush; i++) {
                AdsClient one = server.client("node-b");
                one.subscribe(AdsClient.ADDRESS);
                crowd.add(one);
            }

            server.publish(Meshes.without(Meshes.pier(), "Kubernetes//Pod/pier/p-1"), List.of());
            assertThat(client.next().getRemovedResourcesList()).containsExactly("Kubernetes//Pod/pier/p-1");

            int served = 0;
            for (AdsClient one : crowd) {
                if (one.isServed()) {
                    served++;
                } else {
                    assertThat(one.end()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                }
                one.close();
            }
            // Twenty at once and twenty for each second that it took, and one of waiting.
            long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds();
            assertThat((long) served).isBetween(20L, 20 * (seconds + 3));
            assertThat(server.hub.status().size()).isLessThanOrEqualTo(served + 1);
        }
    }

    private PlainServer server(int streamsPerSecond, StreamLimits limits, List<MeshResource> mesh) throws Exception {
        PlainServer server = new PlainServer(streamsPerSecond, limits, counts);
        server.publish(mesh, List.of());
        return server;
    }

    /** The end reaches the client when it reads again, behind what was on its way already. */
    private static void assertForgotten(PlainServer server, AdsClient deaf) throws Exception {
        until(() -> isForgotten(server));
        for (int i = 0; i < 10; i++) {
            deaf.read();
        }
        assertThat(deaf.end()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private static boolean isForgotten(PlainServer server) {
        return server.hub.status().stream().noneMatch(client -> client.node().equals("node-b"));
    }

    private static List<MeshResource> large(int pods, int nameBytes) {
        List<MeshResource> mesh = new ArrayList<>(pods);
        for (int i = 0; i < pods; i++) {
            String address = "10." + i / 62_500 + "." + i / 250 % 250 + "." + (i % 250 + 1);
            mesh.add(Meshes.pod("p-" + i, "node-a", address).toBuilder()
                    .workloadName("x".repeat(nameBytes))
                    .build());
        }
        return mesh;
    }

    private static void reject(AdsClient client, DeltaDiscoveryResponse response) {
        client.send(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setResponseNonce(response.getNonce())
                .setErrorDetail(
                        mesh.ambit.protocol.discovery.Status.newBuilder().setMessage("no, thank you")));
    }

    private static ClientStatus.OfType status(PlainServer server, String type) {
        return requireNonNull(server.hub.status().getFirst().types().get(type));
    }

    private static void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).isNegative();
            LockSupport.parkNanos(5_000_000);
        }
    }
}
