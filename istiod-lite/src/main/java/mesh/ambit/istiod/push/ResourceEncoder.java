package mesh.ambit.istiod.push;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;

/**
 * Records to resources. Equal records give equal bytes, tomorrow and on every replica too; the version is a hash of them,
 * so a client that reconnects is spared what it holds.
 */
final class ResourceEncoder {
    private ResourceEncoder() {}

    static AddressResource encode(MeshResource resource) {
        ByteString bytes = AddressWire.encode(resource);
        long hash = XxHash64.hash(bytes.toByteArray());
        return new AddressResource(
                resource,
                hash,
                EncodedResource.of(Resource.newBuilder()
                        .setName(resource.resourceName())
                        .setVersion(XxHash64.version(hash))
                        .setResource(any(ResourceType.ADDRESS, bytes))
                        .build()));
    }

    static PolicyResource encode(Policy policy) {
        return new PolicyResource(
                policy,
                EncodedResource.of(Resource.newBuilder()
                        .setName(policy.key())
                        .setResource(any(ResourceType.AUTHORIZATION, AuthorizationWire.encode(policy)))
                        .build()));
    }

    private static Any any(ResourceType type, ByteString bytes) {
        return Any.newBuilder().setTypeUrl(type.typeUrl()).setValue(bytes).build();
    }
}
