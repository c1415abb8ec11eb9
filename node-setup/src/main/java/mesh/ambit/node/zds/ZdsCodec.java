package mesh.ambit.node.zds;

import com.google.protobuf.InvalidProtocolBufferException;
import mesh.ambit.node.zds.ZdsRequest.Add;
import mesh.ambit.node.zds.ZdsRequest.Del;
import mesh.ambit.node.zds.ZdsRequest.SnapshotSent;
import mesh.ambit.protocol.zds.AddWorkload;
import mesh.ambit.protocol.zds.DelWorkload;
import mesh.ambit.protocol.zds.WorkloadInfo;
import mesh.ambit.protocol.zds.WorkloadRequest;
import mesh.ambit.protocol.zds.WorkloadResponse;
import mesh.ambit.protocol.zds.ZdsHello;
import org.jspecify.annotations.Nullable;

/** Requests to bytes, and bytes to answers: one message for each packet. */
final class ZdsCodec {
    /** Both sides read into so many bytes; a longer message would be cut and end the connection. */
    static final int MAX_MESSAGE_BYTES = 1024;

    private ZdsCodec() {}

    /**
     * Returns the packet for {@code request}.
     *
     * @throws IllegalArgumentException if it would not fit
     */
    static byte[] encode(ZdsRequest request) {
        byte[] bytes = message(request).toByteArray();
        if (bytes.length > MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("message has " + bytes.length + " bytes (expected: at most "
                    + MAX_MESSAGE_BYTES + "); names of pod, namespace and service account are too long");
        }
        return bytes;
    }

    /**
     * Returns the version that a hello announces.
     *
     * @throws InvalidProtocolBufferException if it is none
     */
    static int decodeHello(byte[] packet) throws InvalidProtocolBufferException {
        return ZdsHello.parseFrom(packet).getVersionValue();
    }

    /**
     * Returns the error of an answer, or null if it says that all went well.
     *
     * @throws InvalidProtocolBufferException if it is not an answer
     */
    static @Nullable String decodeAnswer(byte[] packet) throws InvalidProtocolBufferException {
        WorkloadResponse response = WorkloadResponse.parseFrom(packet);
        if (!response.hasAck()) {
            throw new InvalidProtocolBufferException("response without ack");
        }
        String error = response.getAck().getError();
        return error.isEmpty() ? null : error;
    }

    private static WorkloadRequest message(ZdsRequest request) {
        WorkloadRequest.Builder message = WorkloadRequest.newBuilder();
        return switch (request) {
            case Add(ZdsWorkload workload) ->
                message.setAdd(AddWorkload.newBuilder()
                                .setUid(workload.uid())
                                .setWorkloadInfo(WorkloadInfo.newBuilder()
                                        .setName(workload.name())
                                        .setNamespace(workload.namespace())
                                        .setServiceAccount(workload.serviceAccount())))
                        .build();
            case Del(String uid) ->
                message.setDel(DelWorkload.newBuilder().setUid(uid)).build();
            case SnapshotSent() ->
                message.setSnapshotSent(mesh.ambit.protocol.zds.SnapshotSent.getDefaultInstance())
                        .build();
        };
    }
}
