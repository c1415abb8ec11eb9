package mesh.ambit.istiod.push;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.workload.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stream around the subscriptions, over a socket. */
class DiscoveryServiceIT {
    private static final String NEW = "Kubernetes//Pod/pier/new";

    private PlainServer server;

    @BeforeEach
    void startServer() throws Exception {
        server = new PlainServer(2);
    }

    @AfterEach
    void stopServer() throws Exception {
        server.close();
    }

    @Test
    void streamIsRefusedUntilTheMeshIsKnown() throws Exception {
        try (AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);

            assertThat(client.end()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    @Test
    void policiesAreSentBeforeTheWorkloadsThatNameThem() throws Exception {
        server.publish(Meshes.pier(), List.of());
        try (AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            client.acknowledge(client.next());
            client.subscribe(AdsClient.AUTHORIZATION);
            client.acknowledge(client.next());

            server.publish(
                    Meshes.with(
                            Meshes.pier(),
                            Meshes.pod("new", "node-a", "10.90.0.9").toBuilder()
                                    .authorizationPolicies(List.of("pier/three"))
                                    .build()),
                    List.of(Meshes.policy("three")));

            DeltaDiscoveryResponse first = client.next();
            DeltaDiscoveryResponse second = client.next();
            assertThat(names(first)).containsExactly("pier/three");
            assertThat(names(second)).containsExactly(NEW);
        }
    }

    @Test
    void stateThatIsTheSameIsNotPushed() throws Exception {
        server.publish(Meshes.pier(), Meshes.pierPolicies());
        try (AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            client.next();

            assertThat(server.publish(Meshes.pier(), Meshes.pierPolicies())).isFalse();
            client.finish();
        }
    }

    @Test
    void changesMergeForAClientThatDoesNotRead() throws Exception {
        server.publish(Meshes.pier(), List.of());
        try (AdsClient client = server.deafClient("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            client.read();
            client.acknowledge(client.next());
            int states = 3000;
            String filler = "x".repeat(2000);
            for (int i = 1; i <= states; i++) {
                // Big enough that the transport's buffers fill after a fraction of them.
                server.publish(
                        Meshes.with(
                                Meshes.pier(),
                                Meshes.pod("new", "node-a", "10.90.0.9").toBuilder()
                                        .workloadName(filler + i)
                                        .build()),
                        List.of());
            }
            String last = "";
            int responses = 0;
            while (!last.endsWith("x" + states)) {
                client.read();
                DeltaDiscoveryResponse response = client.next();
                assertThat(names(response)).containsExactly(NEW);
                last = Address.parseFrom(response.getResources(0).getResource().getValue())
                        .getWorkload()
                        .getWorkloadName();
                responses++;
            }

            assertThat(responses).isLessThan(states);
        }
    }

    @Test
    void strangerNodeIdAndStrangerNamespaceAreRefused() throws Exception {
        server.publish(Meshes.pier(), List.of());
        try (AdsClient client = new AdsClient(server.channel, "t", "shop", "node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            assertThat(client.end()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
        try (AdsClient client = server.client("node~a")) {
            client.subscribe(AdsClient.ADDRESS);
            assertThat(client.end()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    @Test
    void rushOfStreamsIsRefusedBeyondASecondsWait() throws Exception {
        server.publish(Meshes.pier(), List.of());
        // Two at once and two within the next second, at two a second; which ones is up to the threads.
        List<AdsClient> clients = new ArrayList<>();
        long begun = System.nanoTime();
        for (int i = 0; i < 8; i++) {
            AdsClient client = server.client("node-a");
            client.subscribe(AdsClient.ADDRESS);
            clients.add(client);
        }

        int served = 0;
        for (AdsClient client : clients) {
            if (client.isServed()) {
                served++;
            } else {
                assertThat(client.end()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            }
            client.close();
        }
        // And two for each second that a slow machine took to ask.
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertThat((long) served).isBetween(2L, 5 + 2 * seconds);
    }

    @Test
    void unknownTypeIsLeftUnansweredAndHarmsNobody() throws Exception {
        server.publish(Meshes.pier(), List.of());
        try (AdsClient client = server.client("node-a")) {
            client.subscribe("type.googleapis.com/envoy.config.listener.v3.Listener");
            client.subscribe(AdsClient.ADDRESS);

            assertThat(client.next().getTypeUrl()).isEqualTo(AdsClient.ADDRESS);
            client.finish();
        }
    }

    @Test
    void statusTellsWhoIsInStep() throws Exception {
        server.publish(Meshes.pier(), List.of());
        try (AdsClient client = server.client("node-a")) {
            client.subscribe(AdsClient.ADDRESS);
            DeltaDiscoveryResponse response = client.next();
            assertThat(status(AdsClient.ADDRESS)).isEqualTo("STALE");

            client.acknowledge(response);
            // The next request is taken after the acknowledgement, so its answer says that this one was seen.
            client.send(DeltaDiscoveryRequest.newBuilder().setTypeUrl(AdsClient.AUTHORIZATION));
            client.next();

            assertThat(status(AdsClient.ADDRESS)).isEqualTo("SYNCED");
        }
    }

    private String status(String type) {
        return requireNonNull(server.hub.status().getFirst().types().get(type)).status();
    }

    private static List<String> names(DeltaDiscoveryResponse response) {
        return response.getResourcesList().stream().map(Resource::getName).toList();
    }
}
