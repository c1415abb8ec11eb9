package mesh.ambit.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;
import mesh.ambit.wire.Decoded;

/** Whatever the bytes, a resource is accepted or rejected; what is accepted survives being sent on. */
class WireFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void anyAddressIsAcceptedOrRejected(byte[] bytes) {
        if (AddressWire.decode(resource(ByteString.copyFrom(bytes)))
                instanceof Decoded.Accepted<MeshResource>(String name, MeshResource value)) {
            assertThat(AddressWire.decode(resource(AddressWire.encode(value))))
                    .isEqualTo(new Decoded.Accepted<>(name, value));
        }
    }

    @FuzzTest(maxDuration = "1m")
    void anyAuthorizationIsAcceptedOrRejected(byte[] bytes) {
        if (AuthorizationWire.decode(resource(ByteString.copyFrom(bytes)))
                instanceof Decoded.Accepted<Policy>(String name, Policy value)) {
            assertThat(AuthorizationWire.decode(resource(AuthorizationWire.encode(value))))
                    .isEqualTo(new Decoded.Accepted<>(name, value));
        }
    }

    private static Resource resource(ByteString value) {
        return Resource.newBuilder()
                .setName("fuzz")
                .setResource(Any.newBuilder().setValue(value))
                .build();
    }
}
