package mesh.ambit.wire;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.security.Authorization;
import mesh.ambit.protocol.security.Group;
import mesh.ambit.protocol.security.Rules;

/** {@code istio.security.Authorization} to policies, and back. Pure. */
public final class AuthorizationWire {
    private AuthorizationWire() {}

    /** Returns the policy in {@code resource}, or why it is not accepted. Never throws, whatever the bytes. */
    public static Decoded<Policy> decode(Resource resource) {
        return Decoding.of(
                resource,
                Authorization.parser(),
                Authorization::getDescriptor,
                _ -> true, // a condition that is left out may let someone in: looked through whole
                message -> fromProto(resource.getName(), message));
    }

    private static Policy fromProto(String resourceName, Authorization message) {
        List<Policy.Group> groups = new ArrayList<>();
        for (Group group : message.getGroupsList()) {
            List<Policy.Clause> clauses = new ArrayList<>();
            for (Rules clause : group.getRulesList()) {
                clauses.add(new Policy.Clause(MatchWire.fromProto(clause.getMatchesList())));
            }
            groups.add(new Policy.Group(clauses));
        }
        return new Policy(
                resourceName,
                message.getNamespace(),
                message.getName(),
                Enums.require(Policy.Scope.values(), message.getScopeValue()),
                Enums.require(Policy.Action.values(), message.getActionValue()),
                groups,
                message.getDryRun());
    }

    /** Returns the message for {@code policy}. */
    public static Authorization toProto(Policy policy) {
        Authorization.Builder message = Authorization.newBuilder()
                .setNamespace(policy.namespace())
                .setName(policy.name())
                .setScopeValue(Enums.number(policy.scope()))
                .setActionValue(Enums.number(policy.action()))
                .setDryRun(policy.dryRun());
        for (Policy.Group group : policy.groups()) {
            Group.Builder rules = message.addGroupsBuilder();
            for (Policy.Clause clause : group.clauses()) {
                Rules.Builder matches = rules.addRulesBuilder();
                clause.matches().forEach(match -> matches.addMatches(MatchWire.toProto(match)));
            }
        }
        return message.build();
    }

    /** Returns the bytes for {@code policy}, the same for equal policies. */
    public static ByteString encode(Policy policy) {
        return Deterministic.bytes(toProto(policy));
    }
}
