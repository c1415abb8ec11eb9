package mesh.ambit.wire;

import com.google.protobuf.ByteString;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.workload.Address;

/** {@code istio.workload.Address} to workloads and services, and back. Pure. */
public final class AddressWire {
    private AddressWire() {}

    /** Returns what {@code resource} describes, or why it is not accepted. Never throws, whatever the bytes. */
    public static Decoded<MeshResource> decode(Resource resource) {
        return Decoding.of(
                resource, Address.parser(), Address::getDescriptor, AddressWire::isOdd, AddressWire::fromProto);
    }

    private static boolean isOdd(Address address) {
        return Unknown.in(address)
                || switch (address.getTypeCase()) {
                    case WORKLOAD -> Unknown.inPartsOf(address.getWorkload());
                    case SERVICE -> Unknown.inPartsOf(address.getService());
                    case TYPE_NOT_SET -> false;
                };
    }

    private static MeshResource fromProto(Address address) {
        return switch (address.getTypeCase()) {
            case WORKLOAD -> WorkloadWire.fromProto(address.getWorkload());
            case SERVICE -> ServiceWire.fromProto(address.getService());
            case TYPE_NOT_SET -> throw new RejectedResource("unknown address type");
        };
    }

    /** Returns the message for {@code resource}. */
    public static Address toProto(MeshResource resource) {
        return switch (resource) {
            case Workload workload ->
                Address.newBuilder().setWorkload(WorkloadWire.toProto(workload)).build();
            case Service service ->
                Address.newBuilder().setService(ServiceWire.toProto(service)).build();
        };
    }

    /** Returns the bytes for {@code resource}, the same for equal resources. */
    public static ByteString encode(MeshResource resource) {
        return Deterministic.bytes(toProto(resource));
    }
}
