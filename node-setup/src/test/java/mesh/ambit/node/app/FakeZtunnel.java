package mesh.ambit.node.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SeqPacketConnection;
import mesh.ambit.linux.SeqPacketConnection.Packet;
import mesh.ambit.protocol.zds.Ack;
import mesh.ambit.protocol.zds.AddWorkload;
import mesh.ambit.protocol.zds.Version;
import mesh.ambit.protocol.zds.WorkloadRequest;
import mesh.ambit.protocol.zds.WorkloadResponse;
import mesh.ambit.protocol.zds.ZdsHello;

/** Speaks the ztunnel's side of ZDS, and serves nothing. */
final class FakeZtunnel implements AutoCloseable {
    private final SeqPacketConnection connection;
    private final Map<String, NetNs.Id> pods = new ConcurrentHashMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Thread thread;

    private FakeZtunnel(SeqPacketConnection connection) {
        this.connection = connection;
        this.thread = Thread.ofPlatform().daemon().unstarted(this::run);
    }

    static FakeZtunnel connect(Path socket, String... refusedPods) throws IOException {
        FakeZtunnel ztunnel = new FakeZtunnel(SeqPacketConnection.connect(socket));
        ztunnel.refused.addAll(Set.of(refusedPods));
        ztunnel.connection.send(
                ZdsHello.newBuilder().setVersion(Version.V1).build().toByteArray());
        ztunnel.thread.start();
        return ztunnel;
    }

    /** Returns the namespaces of the pods it has been told of and has accepted, by name. */
    Map<String, NetNs.Id> pods() {
        return Map.copyOf(pods);
    }

    /** Accepts this pod from now on. */
    void relent(String pod) {
        refused.remove(pod);
    }

    @Override
    public void close() {
        connection.close();
    }

    private void run() {
        Map<String, String> names = new ConcurrentHashMap<>();
        try {
            while (true) {
                try (Packet packet = connection.receive(1024)) {
                    if (packet == null) {
                        return;
                    }
                    WorkloadRequest request = WorkloadRequest.parseFrom(packet.bytes());
                    String error = "";
                    if (request.hasAdd()) {
                        error = add(request.getAdd(), packet, names);
                    } else if (request.hasDel()) {
                        String name = names.get(request.getDel().getUid());
                        if (name != null) {
                            pods.remove(name);
                        }
                    }
                    connection.send(WorkloadResponse.newBuilder()
                            .setAck(Ack.newBuilder().setError(error))
                            .build()
                            .toByteArray());
                }
            }
        } catch (ClosedChannelException e) {
            // The test is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String add(AddWorkload add, Packet packet, Map<String, String> names) {
        String name = add.getWorkloadInfo().getNamespace() + "/"
                + add.getWorkloadInfo().getName();
        if (refused.contains(name)) {
            return "failure to start proxy : refused";
        }
        names.put(add.getUid(), name);
        try (NetNs namespace = NetNs.adopt(packet.takeDescriptor())) {
            pods.put(name, namespace.id());
        }
        return "";
    }
}
