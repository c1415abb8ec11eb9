package mesh.ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.Resource;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Resources as the reference control plane sends them: decoded and encoded again they are the same bytes.
 *
 * <p>Two kinds are left out of the file, because there only the meaning is the same: where the service account is absent (we
 * write the default that absence means), and gateways (the reference writes the port before the destination).
 */
class GoldenWireTest {
    @TestFactory
    Stream<DynamicTest> decodingAndEncodingGivesTheSameBytes() throws IOException {
        try (InputStream in = GoldenWireTest.class.getResourceAsStream("/golden/ambient.tsv")) {
            String lines = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return lines.lines().map(line -> line.split("\t", -1)).map(GoldenWireTest::test);
        }
    }

    private static DynamicTest test(String[] line) {
        String name = line[2];
        ByteString value = ByteString.copyFrom(Base64.getDecoder().decode(line[4]));
        Resource resource = Resource.newBuilder()
                .setName(name)
                .setResource(Any.newBuilder().setValue(value))
                .build();
        return dynamicTest(line[0] + ": " + name, () -> {
            ByteString again = line[1].equals("addresses")
                    ? address(AddressWire.decode(resource))
                    : policy(AuthorizationWire.decode(resource));
            assertThat(hex(again)).isEqualTo(hex(value));
        });
    }

    private static ByteString address(Decoded<MeshResource> decoded) {
        assertThat(decoded)
                .isInstanceOfSatisfying(
                        Decoded.Accepted.class,
                        accepted -> assertThat(accepted.name())
                                .isEqualTo(((MeshResource) accepted.value()).resourceName()));
        return AddressWire.encode(((Decoded.Accepted<MeshResource>) decoded).value());
    }

    private static ByteString policy(Decoded<Policy> decoded) {
        Policy policy = ((Decoded.Accepted<Policy>) decoded).value();
        assertThat(policy.key()).isEqualTo(decoded.name());
        return AuthorizationWire.encode(policy);
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
