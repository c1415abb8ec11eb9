package mesh.ambit.ztunnel.inpod;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Objects;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SeqPacketConnection.Packet;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.protocol.zds.AddWorkload;
import mesh.ambit.protocol.zds.WorkloadRequest;
import mesh.ambit.wire.MessageFault;
import org.jspecify.annotations.Nullable;

/** What the node agent asks. */
sealed interface ZdsRequest {
    /** What either side reads at once; a longer packet is truncated, which is a failure of the protocol. */
    int MAX_BYTES = 1024;

    /** Takes a pod; {@code info} is null when the agent did not say whose it is, which no agent may do. */
    record Add(String uid, @Nullable WorkloadInfo info, NetNs netns) implements ZdsRequest {}

    /** The agent knows the pod and has no descriptor of its namespace. */
    record Keep(String uid) implements ZdsRequest {}

    /** The pod is gone. */
    record Del(String uid) implements ZdsRequest {}

    /** Every pod of the node has been named. */
    record SnapshotSent() implements ZdsRequest {}

    /** The packet is not a message of the protocol. */
    final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message) {
            super(message);
        }
    }

    /** Returns what a packet says. A descriptor that it takes belongs to the request; the packet closes the others. */
    static ZdsRequest read(Packet packet) throws UnreadableException {
        WorkloadRequest request = message(packet.bytes(), packet.descriptorCount(), packet.truncated());
        return request.hasAdd() ? add(request.getAdd(), packet) : withoutDescriptor(request);
    }

    /**
     * Returns the message in {@code bytes}; it has a payload, and came with the descriptors that belong to it. What is wrong
     * is said in the reference's words: the agent logs them, and people look for them.
     */
    static WorkloadRequest message(byte[] bytes, int descriptors, boolean truncated) throws UnreadableException {
        if (descriptors > 1) {
            throw new UnreadableException("Expected 1 FD, got " + descriptors);
        }
        if (truncated) {
            throw new UnreadableException("received truncated message");
        }
        WorkloadRequest request;
        try {
            request = WorkloadRequest.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new UnreadableException(Objects.requireNonNullElseGet(
                    MessageFault.in(bytes, WorkloadRequest.getDescriptor()),
                    () -> "failed to decode Protobuf message: " + e.getMessage()));
        }
        if (isOdd(request)) {
            String fault = MessageFault.in(bytes, WorkloadRequest.getDescriptor());
            if (fault != null) {
                throw new UnreadableException(fault);
            }
        }
        if (request.getPayloadCase() == WorkloadRequest.PayloadCase.PAYLOAD_NOT_SET) {
            throw new UnreadableException("no payload");
        }
        if (request.hasAdd() && descriptors == 0) {
            throw new UnreadableException("No control message");
        }
        if (!request.hasAdd() && descriptors != 0) {
            throw new UnreadableException("Unexpected control message");
        }
        return request;
    }

    /** Whether there is a field that the agent has and we do not, or one in another form. */
    private static boolean isOdd(WorkloadRequest request) {
        return !(request.getUnknownFields().isEmpty()
                && request.getAdd().getUnknownFields().isEmpty()
                && request.getAdd().getWorkloadInfo().getUnknownFields().isEmpty()
                && request.getKeep().getUnknownFields().isEmpty()
                && request.getDel().getUnknownFields().isEmpty());
    }

    /** Returns what a message says that is no {@link Add}. */
    static ZdsRequest withoutDescriptor(WorkloadRequest request) {
        return switch (request.getPayloadCase()) {
            case KEEP -> new Keep(request.getKeep().getUid());
            case DEL -> new Del(request.getDel().getUid());
            case SNAPSHOT_SENT -> new SnapshotSent();
            case ADD, PAYLOAD_NOT_SET -> throw new IllegalArgumentException("no such request: " + request);
        };
    }

    private static Add add(AddWorkload add, Packet packet) {
        // Unchecked, as upstream has it: a descriptor of another kind is a pod that does not start, and stays pending.
        NetNs netns = NetNs.adoptUnchecked(packet.takeDescriptor());
        WorkloadInfo info = add.hasWorkloadInfo()
                ? new WorkloadInfo(
                        add.getWorkloadInfo().getName(),
                        add.getWorkloadInfo().getNamespace(),
                        add.getWorkloadInfo().getServiceAccount())
                : null;
        return new Add(add.getUid(), info, netns);
    }
}
