package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.kube.PeerAuthentication.Mode;
import mesh.ambit.kube.WorkloadSelector;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch;
import org.jspecify.annotations.Nullable;

/**
 * PeerAuthentications as policies that deny connections without an identity. Their names have underscores, which no
 * name of an object may have, so they collide with nothing.
 *
 * <p>Unlike upstream, every converted policy that a workload lists is sent: strict stays strict.
 */
final class PeerAuthenticationConversion {
    private static final String STATIC_STRICT = "istio_converted_static_strict";
    private static final String CONVERTED_PREFIX = "converted_peer_authentication_";

    private static final Match WITHOUT_IDENTITY =
            Match.builder().notPrincipals(List.of(new StringMatch.Presence())).build();

    private final PeerAuthentications all;
    private final String rootNamespace;

    PeerAuthenticationConversion(PeerAuthentications all, String rootNamespace) {
        this.all = all;
        this.rootNamespace = rootNamespace;
    }

    /** Returns whether {@code policy} is the one for all that are strict without exceptions. */
    static boolean isStatic(Policy policy, String rootNamespace) {
        return policy.name().equals(STATIC_STRICT) && policy.namespace().equals(rootNamespace);
    }

    /** Returns the policies for clients. */
    List<Policy> policies() {
        List<Policy> policies = new ArrayList<>();
        if (!all.all().isEmpty()) {
            policies.add(policy(
                    rootNamespace, STATIC_STRICT, List.of(new Group(List.of(new Clause(List.of(WITHOUT_IDENTITY)))))));
        }
        for (PeerAuthentication peerAuthentication : all.all()) {
            List<Group> groups = groups(peerAuthentication);
            if (!groups.isEmpty()) {
                policies.add(policy(
                        peerAuthentication.metadata().namespace(),
                        CONVERTED_PREFIX + peerAuthentication.metadata().name(),
                        groups));
            }
        }
        return policies;
    }

    /** Returns {@code namespace/name} of the policy that makes a workload strict, or as strict as asked; null if none. */
    @Nullable
    String keyFor(String namespace, Map<String, String> labels) {
        PeerAuthentication own = all.selecting(namespace, labels);
        boolean inherited = all.inheritsStrict(namespace);
        if (own != null && needsPolicyOfItsOwn(own, inherited)) {
            return namespace + "/" + CONVERTED_PREFIX + own.metadata().name();
        }
        boolean strict = (own == null || own.mode() == Mode.UNSET) ? inherited : own.mode() == Mode.STRICT;
        return strict ? rootNamespace + "/" + STATIC_STRICT : null;
    }

    private static boolean needsPolicyOfItsOwn(PeerAuthentication policy, boolean inherited) {
        Map<Integer, Mode> ports = policy.portLevelMtls();
        return switch (policy.mode()) {
            case STRICT -> ports.containsValue(Mode.PERMISSIVE) || ports.containsValue(Mode.DISABLE);
            case PERMISSIVE, DISABLE -> ports.containsValue(Mode.STRICT);
            // DISABLE alone is no exception here, as upstream has it.
            case UNSET -> ports.containsValue(inherited ? Mode.PERMISSIVE : Mode.STRICT);
        };
    }

    /** Returns the groups of the converted policy, none when the static one suffices or nothing is denied. */
    private List<Group> groups(PeerAuthentication policy) {
        WorkloadSelector selector = policy.selector();
        String namespace = policy.metadata().namespace();
        if (selector == null || policy.portLevelMtls().isEmpty() || namespace.equals(rootNamespace)) {
            return List.of();
        }
        boolean inherited = inheritedBy(policy, selector.matchLabels().isEmpty());
        boolean strict = policy.mode() == Mode.STRICT || (policy.mode() == Mode.UNSET && inherited);

        List<Group> groups = new ArrayList<>();
        List<Clause> clauses = new ArrayList<>();
        if (policy.mode() == Mode.STRICT) {
            clauses.add(new Clause(List.of(WITHOUT_IDENTITY)));
        }
        boolean hasException = false;
        for (Map.Entry<Integer, Mode> port : policy.portLevelMtls().entrySet()) {
            switch (port.getValue()) {
                case STRICT -> {
                    if (!strict) {
                        groups.add(new Group(List.of(new Clause(List.of(withoutIdentityOn(port.getKey()))))));
                    }
                }
                case PERMISSIVE, DISABLE -> {
                    if (strict) {
                        clauses.add(new Clause(List.of(notOn(port.getKey()))));
                        hasException = true;
                    }
                }
                case UNSET -> {}
            }
        }
        if (policy.mode() == Mode.STRICT && !hasException) {
            return List.of();
        }
        if (inherited && hasException) {
            clauses.add(new Clause(List.of(WITHOUT_IDENTITY)));
        }
        if (!clauses.isEmpty()) {
            groups.add(new Group(clauses));
        }
        return groups;
    }

    /**
     * Returns whether what a policy leaves open is strict. Upstream's conversion asks policies without any selector only,
     * its choice of keys those with an empty one too. Ours follow the keys where a workload may list the policy and the
     * difference changes what is denied; a policy that is strict itself says all it has to say.
     */
    private boolean inheritedBy(PeerAuthentication policy, boolean selectsNobody) {
        String namespace = policy.metadata().namespace();
        boolean ofKeys = all.inheritsStrict(namespace);
        boolean decides = !selectsNobody && policy.mode() != Mode.STRICT && needsPolicyOfItsOwn(policy, ofKeys);
        return decides ? ofKeys : all.inheritsStrictWithoutSelectors(namespace);
    }

    private static Match withoutIdentityOn(int port) {
        return Match.builder()
                .notPrincipals(List.of(new StringMatch.Presence()))
                .destinationPorts(List.of(port))
                .build();
    }

    private static Match notOn(int port) {
        return Match.builder().notDestinationPorts(List.of(port)).build();
    }

    private static Policy policy(String namespace, String name, List<Group> groups) {
        return new Policy(namespace, name, Scope.WORKLOAD_SELECTOR, Action.DENY, groups, false);
    }
}
