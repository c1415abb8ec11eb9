package mesh.ambit.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.util.List;
import mesh.ambit.policy.IpBlock;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.StringMatch;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.security.Address;
import mesh.ambit.protocol.security.Authorization;
import org.junit.jupiter.api.Test;

class AuthorizationWireTest {
    @Test
    void everyFieldOfAPolicySurvivesTheWire() {
        IpBlock block = new IpBlock(InetAddress.ofLiteral("10.1.2.3"), 8);
        IpBlock block6 = new IpBlock(InetAddress.ofLiteral("fd77::"), 64);
        Match.ServiceAccountMatch account = new Match.ServiceAccountMatch("shop", "web");
        Match match = Match.builder()
                .namespaces(List.of(new StringMatch.Exact("shop")))
                .notNamespaces(List.of(new StringMatch.Prefix("sh")))
                .principals(List.of(new StringMatch.Suffix("/sa/web")))
                .notPrincipals(List.of(new StringMatch.Presence()))
                .sourceIps(List.of(block))
                .notSourceIps(List.of(block6))
                .destinationIps(List.of(block6))
                .notDestinationIps(List.of(block))
                .destinationPorts(List.of(80, 443))
                .notDestinationPorts(List.of(22))
                .serviceAccounts(List.of(account))
                .notServiceAccounts(List.of(account))
                .build();
        Policy policy = new Policy(
                "shop",
                "strict",
                Policy.Scope.WORKLOAD_SELECTOR,
                Policy.Action.DENY,
                List.of(
                        new Policy.Group(List.of(new Policy.Clause(List.of(match, Match.EMPTY)))),
                        new Policy.Group(List.of())),
                true);

        assertThat(AuthorizationWire.decode(resource(AuthorizationWire.encode(policy))))
                .isEqualTo(new Decoded.Accepted<>("shop/strict", policy));
    }

    @Test
    void aBadBlockAndATextWithoutKindAreDroppedAndLeaveAMatchThatNeverHolds() {
        Authorization.Builder message =
                Authorization.newBuilder().setNamespace("shop").setName("strict");
        message.addGroupsBuilder()
                .addRulesBuilder()
                .addMatchesBuilder()
                .addSourceIps(Address.newBuilder().setAddress(ByteString.copyFrom(new byte[3])))
                .addSourceIps(Address.newBuilder()
                        .setAddress(ByteString.copyFrom(new byte[4]))
                        .setLength(33))
                .addNamespaces(mesh.ambit.protocol.security.StringMatch.getDefaultInstance());

        Policy policy = accepted(message);

        assertThat(policy.groups().getFirst().clauses().getFirst().matches()).containsExactly(Match.EMPTY);
    }

    @Test
    void aBlockOfMappedAddressesMatchesNoIpv4Peer() {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 0, 0, 1};
        Authorization.Builder message = Authorization.newBuilder();
        message.addGroupsBuilder()
                .addRulesBuilder()
                .addMatchesBuilder()
                .addSourceIps(Address.newBuilder()
                        .setAddress(ByteString.copyFrom(mapped))
                        .setLength(128));

        Match match = accepted(message)
                .groups()
                .getFirst()
                .clauses()
                .getFirst()
                .matches()
                .getFirst();

        assertThat(match.sourceIps().getFirst().contains(InetAddress.ofLiteral("10.0.0.1")))
                .isFalse();
    }

    @Test
    void portsAreReadAsSixteenBits() {
        Authorization.Builder message = Authorization.newBuilder();
        message.addGroupsBuilder().addRulesBuilder().addMatchesBuilder().addDestinationPorts(65_536 + 80);

        Match match = accepted(message)
                .groups()
                .getFirst()
                .clauses()
                .getFirst()
                .matches()
                .getFirst();
        assertThat(match.destinationPorts()).containsExactly(80);
    }

    @Test
    void anUnknownScopeOrActionRejectsThePolicy() {
        Decoded<Policy> scope = AuthorizationWire.decode(
                resource(Authorization.newBuilder().setScopeValue(3).build().toByteString()));
        Decoded<Policy> action = AuthorizationWire.decode(
                resource(Authorization.newBuilder().setActionValue(9).build().toByteString()));

        assertThat(scope)
                .isEqualTo(new Decoded.Rejected<>("shop/strict", "decode error: unknown enumeration value 3", false));
        assertThat(action)
                .isEqualTo(new Decoded.Rejected<>("shop/strict", "decode error: unknown enumeration value 9", false));
    }

    private static Policy accepted(Authorization.Builder message) {
        Decoded<Policy> decoded =
                AuthorizationWire.decode(resource(message.build().toByteString()));
        assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
        return ((Decoded.Accepted<Policy>) decoded).value();
    }

    private static Resource resource(ByteString bytes) {
        return Resource.newBuilder()
                .setName("shop/strict")
                .setResource(Any.newBuilder().setValue(bytes))
                .build();
    }
}
