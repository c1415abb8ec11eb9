package mesh.ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.util.HexFormat;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.security.Authorization;
import mesh.ambit.protocol.workload.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageFaultTest {
    /** Recorded from upstream's program, which was sent these bytes. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ffffff                     | invalid varint
                    00                         | invalid tag value: 0
                    07                         | invalid wire type value: 7
                    f8ffffffff01               | invalid key value: 68719476728
                    0801                       | Address.r#type: invalid wire type: Varint (expected LengthDelimited)
                    0b0c                       | Address.r#type: invalid wire type: StartGroup (expected LengthDelimited)
                    0a7f                       | Address.r#type: buffer underflow
                    0a030a01ff                 | Workload.name: Address.r#type: invalid string value: data is not UTF-8 encoded
                    0a034201ff                 | Workload.waypoint: Address.r#type: invalid varint
                    0a0c28ffffffffffffffffffffff | Workload.tunnel_protocol: Address.r#type: invalid varint
                    0a025353                   | Workload.canonical_name: Address.r#type: invalid wire type: StartGroup (expected LengthDelimited)
                    12043a020801               | GatewayAddress.destination: Service.waypoint: Address.r#type: invalid wire type: Varint (expected LengthDelimited)
                    120422021a00               | NetworkAddress.length: Service.addresses: Address.r#type: invalid wire type: LengthDelimited (expected Varint)
                    0a05ba01020a00             | ApplicationTunnel.protocol: Workload.application_tunnel: Address.r#type: invalid wire type: LengthDelimited (expected Varint)
                    """)
    void saysWhereAndWhat(String hex, String expected) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        String fault = MessageFault.in(bytes, Address.getDescriptor());
        assertThat(fault).isEqualTo("failed to decode Protobuf message: " + expected);
        assertThat(AddressWire.decode(resource(bytes)))
                .isEqualTo(new Decoded.Rejected<>("r", "decode: " + fault, true));
    }

    /** A parser that leaves the condition out would take this for a policy that lets everyone in. */
    @Test
    void tellsPoliciesByUpstreamsNames() {
        // groups { rules { matches { namespaces { presence: 5 } } } }: a number instead of the empty message
        byte[] bytes = HexFormat.of().parseHex("2a080a0612040a022005");
        assertThat(AuthorizationWire.decode(resource(bytes)))
                .isEqualTo(new Decoded.Rejected<>(
                        "r",
                        "decode: failed to decode Protobuf message: StringMatch.match_type: Match.namespaces:"
                                + " Clause.matches: Rule.clauses: Authorization.rules:"
                                + " invalid wire type: Varint (expected LengthDelimited)",
                        true));
    }

    @Test
    void whatIsWholeOrUnknownIsNoFault() {
        byte[] waypoint = HexFormat.of().parseHex("12043a021801");
        assertThat(MessageFault.in(waypoint, Address.getDescriptor())).isNull();
        assertThat(MessageFault.in(new byte[0], Authorization.getDescriptor())).isNull();
    }

    private static Resource resource(byte[] bytes) {
        return Resource.newBuilder()
                .setName("r")
                .setResource(Any.newBuilder().setValue(ByteString.copyFrom(bytes)))
                .build();
    }
}
