package mesh.ambit.node.zds;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SeqPacketConnection;
import mesh.ambit.linux.SeqPacketConnection.Packet;
import mesh.ambit.protocol.zds.Ack;
import mesh.ambit.protocol.zds.WorkloadRequest;
import mesh.ambit.protocol.zds.WorkloadResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Speaks to the server as ztunnels would. */
class ZdsServerTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final ZdsWorkload WEB = new ZdsWorkload("uid-web", "web", "shop", "web");
    private static final ZdsWorkload ORDERS = new ZdsWorkload("uid-orders", "orders", "shop", "orders");

    @TempDir
    Path folder;

    private final BlockingQueue<Boolean> changes = new LinkedBlockingQueue<>();
    private ZdsServer server;
    private NetNs namespace;

    @BeforeEach
    void start() throws IOException {
        namespace = NetNs.current();
        server = ZdsServer.start(folder.resolve("ztunnel.sock"), () -> changes.add(true));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        namespace.close();
    }

    @Test
    void ztunnelIsToldOfEveryPodWithItsNamespace() throws Exception {
        server.add(WEB, namespace);
        try (SeqPacketConnection ztunnel = connect()) {
            try (Packet packet = receive(ztunnel)) {
                assertThat(request(packet).getAdd().getUid()).isEqualTo(WEB.uid());
                assertThat(request(packet).getAdd().getWorkloadInfo().getServiceAccount())
                        .isEqualTo("web");
                try (NetNs received = NetNs.adopt(packet.takeDescriptor())) {
                    assertThat(received.id()).isEqualTo(namespace.id());
                }
            }
            answer(ztunnel, "");
            try (Packet packet = receive(ztunnel)) {
                assertThat(request(packet).hasSnapshotSent()).isTrue();
            }
            answer(ztunnel, "");

            awaitStatus(status -> status.connections() == 1);
            assertThat(server.status().acknowledged()).containsExactly(WEB.uid());
        }
    }

    @Test
    void rejectedPodIsReportedAndTriedAgainOnRequest() throws Exception {
        try (SeqPacketConnection ztunnel = connectAndSync()) {
            server.add(WEB, namespace);
            expectAdd(ztunnel, WEB);
            answer(ztunnel, "no");
            awaitStatus(status -> status.rejected().containsKey(WEB.uid()));

            server.add(WEB, namespace);
            expectAdd(ztunnel, WEB);
            answer(ztunnel, "");

            awaitStatus(status -> status.acknowledged().contains(WEB.uid()));
            assertThat(server.status().rejected()).isEmpty();
        }
    }

    @Test
    void successorIsAddedToAndBothAreTakenFrom() throws Exception {
        server.add(WEB, namespace);
        try (SeqPacketConnection former = connect()) {
            expectAdd(former, WEB);
            answer(former, "");
            sync(former);
            try (SeqPacketConnection successor = connect()) {
                expectAdd(successor, WEB);
                answer(successor, "");
                sync(successor);
                awaitStatus(status -> status.connections() == 2);

                server.add(ORDERS, namespace);
                expectAdd(successor, ORDERS);
                answer(successor, "");
                server.remove(WEB.uid());

                for (SeqPacketConnection each : new SeqPacketConnection[] {former, successor}) {
                    try (Packet packet = receive(each)) {
                        assertThat(request(packet).getDel().getUid()).isEqualTo(WEB.uid());
                    }
                    answer(each, "");
                }
            }
        }
    }

    @Test
    void ztunnelThatGoesIsNoticedAtOnce() throws Exception {
        server.add(WEB, namespace);
        SeqPacketConnection ztunnel = connect();
        expectAdd(ztunnel, WEB);
        answer(ztunnel, "");
        sync(ztunnel);
        awaitStatus(status -> status.connections() == 1);

        ztunnel.close();

        awaitStatus(status -> status.connections() == 0);
        assertThat(server.status().acknowledged()).isEmpty();
    }

    @Test
    void ztunnelThatSpeaksUnaskedIsDropped() throws Exception {
        try (SeqPacketConnection ztunnel = connectAndSync()) {
            answer(ztunnel, "");

            assertThat(ztunnel.receive(ZdsCodec.MAX_MESSAGE_BYTES, SOON)).isNull();
        }
    }

    @Test
    void ztunnelThatSendsNonsenseIsDropped() throws Exception {
        try (SeqPacketConnection ztunnel = SeqPacketConnection.connect(folder.resolve("ztunnel.sock"))) {
            ztunnel.send(new byte[] {(byte) 0xff});

            assertThat(ztunnel.receive(ZdsCodec.MAX_MESSAGE_BYTES, SOON)).isNull();
        }
    }

    @Test
    void closingTheServerEndsEveryConnection() throws Exception {
        try (SeqPacketConnection ztunnel = connectAndSync()) {
            server.close();

            assertThat(ztunnel.receive(ZdsCodec.MAX_MESSAGE_BYTES, SOON)).isNull();
            assertThat(folder.resolve("ztunnel.sock")).doesNotExist();
        }
    }

    private SeqPacketConnection connect() throws IOException {
        SeqPacketConnection ztunnel = SeqPacketConnection.connect(folder.resolve("ztunnel.sock"));
        ztunnel.send(HexFormat.of().parseHex("0801"));
        return ztunnel;
    }

    private SeqPacketConnection connectAndSync() throws Exception {
        SeqPacketConnection ztunnel = connect();
        sync(ztunnel);
        awaitStatus(status -> status.connections() == 1);
        return ztunnel;
    }

    private static void sync(SeqPacketConnection ztunnel) throws IOException {
        try (Packet packet = receive(ztunnel)) {
            assertThat(request(packet).hasSnapshotSent()).isTrue();
        }
        answer(ztunnel, "");
    }

    private static void expectAdd(SeqPacketConnection ztunnel, ZdsWorkload workload) throws IOException {
        try (Packet packet = receive(ztunnel)) {
            assertThat(request(packet).getAdd().getUid()).isEqualTo(workload.uid());
        }
    }

    private static Packet receive(SeqPacketConnection ztunnel) throws IOException {
        return requireNonNull(ztunnel.receive(ZdsCodec.MAX_MESSAGE_BYTES, SOON), "server has closed");
    }

    private static WorkloadRequest request(Packet packet) throws IOException {
        return WorkloadRequest.parseFrom(packet.bytes());
    }

    private static void answer(SeqPacketConnection ztunnel, String error) throws IOException {
        ztunnel.send(WorkloadResponse.newBuilder()
                .setAck(Ack.newBuilder().setError(error))
                .build()
                .toByteArray());
    }

    private void awaitStatus(Predicate<ZdsStatus> condition) throws InterruptedException {
        while (!condition.test(server.status())) {
            assertThat(changes.poll(60, TimeUnit.SECONDS))
                    .as("waiting for a change; status %s", server.status())
                    .isNotNull();
        }
    }
}
