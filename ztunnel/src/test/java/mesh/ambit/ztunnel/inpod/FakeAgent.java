package mesh.ambit.ztunnel.inpod;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SeqPacketConnection;
import mesh.ambit.linux.SeqPacketListener;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.protocol.zds.AddWorkload;
import mesh.ambit.protocol.zds.DelWorkload;
import mesh.ambit.protocol.zds.KeepWorkload;
import mesh.ambit.protocol.zds.SnapshotSent;
import mesh.ambit.protocol.zds.WorkloadRequest;
import mesh.ambit.protocol.zds.WorkloadResponse;

/** The node agent's side of the conversation, said by a test one message at a time. */
public final class FakeAgent implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MAX_BYTES = 1024;
    private static final int STANDARD_ERROR = 2;

    private final SeqPacketListener listener;

    public FakeAgent(Path socket) throws IOException {
        listener = SeqPacketListener.listen(socket);
    }

    /** Waits for a client and its hello. */
    public Conversation accept() throws IOException {
        Conversation conversation = new Conversation(listener.accept(PATIENCE));
        if (!HexFormat.of().formatHex(conversation.receive()).equals("0801")) {
            throw new AssertionError("the client does not begin with hello V1");
        }
        return conversation;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    /** One client. */
    public static final class Conversation implements AutoCloseable {
        private final SeqPacketConnection connection;

        private Conversation(SeqPacketConnection connection) {
            this.connection = connection;
        }

        /** Hands over a pod; returns the error of the acknowledgement, empty for none. */
        public String add(String uid, WorkloadInfo info, NetNs netns) throws IOException {
            mesh.ambit.protocol.zds.WorkloadInfo about = mesh.ambit.protocol.zds.WorkloadInfo.newBuilder()
                    .setName(info.name())
                    .setNamespace(info.namespace())
                    .setServiceAccount(info.serviceAccount())
                    .build();
            return ask(add(AddWorkload.newBuilder().setUid(uid).setWorkloadInfo(about)), netns);
        }

        /** Hands over a descriptor that is no namespace. */
        public String addWithAnything(String uid, WorkloadInfo info) throws IOException {
            mesh.ambit.protocol.zds.WorkloadInfo about = mesh.ambit.protocol.zds.WorkloadInfo.newBuilder()
                    .setName(info.name())
                    .build();
            connection.send(
                    add(AddWorkload.newBuilder().setUid(uid).setWorkloadInfo(about))
                            .toByteArray(),
                    STANDARD_ERROR);
            return answer();
        }

        public String delWithDescriptor(String uid, NetNs netns) throws IOException {
            return ask(
                    WorkloadRequest.newBuilder()
                            .setDel(DelWorkload.newBuilder().setUid(uid))
                            .build(),
                    netns);
        }

        public String addWithoutInfo(String uid, NetNs netns) throws IOException {
            return ask(add(AddWorkload.newBuilder().setUid(uid)), netns);
        }

        public String addWithoutDescriptor(String uid) throws IOException {
            return ask(add(AddWorkload.newBuilder().setUid(uid)));
        }

        public String keep(String uid) throws IOException {
            return ask(WorkloadRequest.newBuilder()
                    .setKeep(KeepWorkload.newBuilder().setUid(uid))
                    .build());
        }

        public String del(String uid) throws IOException {
            return ask(WorkloadRequest.newBuilder()
                    .setDel(DelWorkload.newBuilder().setUid(uid))
                    .build());
        }

        public String snapshotSent() throws IOException {
            return ask(WorkloadRequest.newBuilder()
                    .setSnapshotSent(SnapshotSent.getDefaultInstance())
                    .build());
        }

        /** Sends any bytes. */
        public String raw(byte[] bytes) throws IOException {
            connection.send(bytes);
            return answer();
        }

        /** Returns whether the client has hung up. */
        public boolean isHungUp() throws IOException {
            try (SeqPacketConnection.Packet packet = connection.receive(MAX_BYTES, PATIENCE)) {
                return packet == null;
            }
        }

        @Override
        public void close() {
            connection.close();
        }

        private String ask(WorkloadRequest request) throws IOException {
            return raw(request.toByteArray());
        }

        private String ask(WorkloadRequest request, NetNs netns) throws IOException {
            connection.send(request.toByteArray(), netns.fd());
            return answer();
        }

        private static WorkloadRequest add(AddWorkload.Builder add) {
            return WorkloadRequest.newBuilder().setAdd(add).build();
        }

        private String answer() throws IOException {
            return WorkloadResponse.parseFrom(receive()).getAck().getError();
        }

        private byte[] receive() throws IOException {
            try (SeqPacketConnection.Packet packet = connection.receive(MAX_BYTES, PATIENCE)) {
                if (packet == null) {
                    throw new AssertionError("the client hung up");
                }
                return packet.bytes();
            }
        }
    }
}
