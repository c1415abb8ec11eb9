package mesh.ambit.policy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Match.ServiceAccountMatch;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Verdict.Allowed;
import mesh.ambit.policy.Verdict.Denied;
import mesh.ambit.policy.Verdict.Note;
import mesh.ambit.policy.Verdict.Note.Kind;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a connection may reach a workload.
 *
 * <p>The order is the contract: policies of the workload's namespace, then those of the mesh, then those that the
 * workload lists; the first of them that denies and matches decides. Then, without any policy that allows, the
 * connection may be; with some, one of them must match. Policies on trial are evaluated and noted and decide nothing.
 *
 * <p>A policy matches if ANY of its groups does, a group if ALL of its clauses do, a clause if ANY of its matches does,
 * a match if ALL of its populated fields do. Stateless and thread-safe.
 */
public final class Authorizer {
    private static final int PORT_BITS = 0xffff;

    private Authorizer() {}

    /** Returns the verdict of {@code policies} on {@code connection} to {@code destination}. */
    public static Verdict authorize(PolicySet policies, Workload destination, Connection connection) {
        if (policies.isEmpty() && destination.authorizationPolicies().isEmpty()) {
            return Allowed.UNRESTRICTED;
        }
        List<Note> notes = new ArrayList<>(0);
        noteUnknown(policies, destination, notes);
        return judge(policies.applicableTo(destination), connection, notes);
    }

    /**
     * Returns the verdict of the outbound policies of {@code source} on what it opens, or null if it has none.
     *
     * @see OutboundPolicies
     */
    public static @Nullable Verdict authorizeOutbound(PolicySet policies, Workload source, Connection connection) {
        List<Policy> applicable = policies.outboundOf(source);
        return applicable.isEmpty() ? null : judge(applicable, connection, new ArrayList<>(0));
    }

    private static Verdict judge(List<Policy> applicable, Connection connection, List<Note> notes) {
        for (Policy policy : applicable) {
            if (policy.action() == Action.DENY && policy.dryRun() && matches(policy, connection)) {
                notes.add(new Note(Kind.DRY_RUN_DENY_MATCH, policy.key()));
            }
        }
        for (Policy policy : applicable) {
            if (policy.action() == Action.DENY && !policy.dryRun() && matches(policy, connection)) {
                return new Denied(policy.key(), notes);
            }
        }
        return allow(applicable, connection, notes);
    }

    private static Verdict allow(List<Policy> applicable, Connection connection, List<Note> notes) {
        boolean trial = false;
        boolean trialMatched = false;
        boolean enforced = false;
        Policy allowing = null;
        for (Policy policy : applicable) {
            if (policy.action() != Action.ALLOW) {
                continue;
            }
            boolean matched = (policy.dryRun() || allowing == null) && matches(policy, connection);
            if (policy.dryRun()) {
                trial = true;
                if (matched) {
                    trialMatched = true;
                    notes.add(new Note(Kind.DRY_RUN_ALLOW_MATCH, policy.key()));
                }
            } else {
                enforced = true;
                allowing = matched ? policy : allowing;
            }
        }
        if (trial && !trialMatched && !enforced) {
            notes.add(new Note(Kind.DRY_RUN_NO_ALLOW_MATCH, null));
        }
        if (allowing != null) {
            return new Allowed(allowing.key(), notes);
        }
        return enforced ? new Denied(null, notes) : new Allowed(null, notes);
    }

    /** Open in this window, as upstream is: the policy may be on its way, or have gone first. */
    private static void noteUnknown(PolicySet policies, Workload destination, List<Note> notes) {
        for (String key : destination.authorizationPolicies()) {
            if (policies.find(key) == null) {
                notes.add(new Note(Kind.UNKNOWN_POLICY, key));
            }
        }
    }

    static boolean matches(Policy policy, Connection connection) {
        for (Group group : policy.groups()) {
            if (matches(group, connection)) {
                return true;
            }
        }
        return false;
    }

    /** A group without clauses matches everything. */
    private static boolean matches(Group group, Connection connection) {
        for (Clause clause : group.clauses()) {
            if (!matches(clause, connection)) {
                return false;
            }
        }
        return true;
    }

    /** A clause without matches holds; one whose matches are all empty does not. */
    static boolean matches(Clause clause, Connection connection) {
        if (clause.matches().isEmpty()) {
            return true;
        }
        for (Match match : clause.matches()) {
            if (!match.isEmpty() && matches(match, connection)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(Match match, Connection connection) {
        return failingField(match, connection) == null;
    }

    /** Returns the name of the first field that does not hold, as the policy spells it; null if all of them do. */
    static @Nullable String failingField(Match match, Connection connection) {
        SpiffeId id = connection.identity();
        String namespace = id == null ? "" : id.namespace();
        String principal = id == null ? null : id.principal();
        InetAddress source = connection.source();
        InetAddress target = connection.destinationAddress();
        int port = connection.destination().getPort();
        if (!match.namespaces().isEmpty() && !anyText(match.namespaces(), namespace)) {
            return "namespaces";
        }
        if (anyText(match.notNamespaces(), namespace)) {
            return "not_namespaces";
        }
        if (!match.serviceAccounts().isEmpty() && !anyAccount(match.serviceAccounts(), id)) {
            return "service_accounts";
        }
        if (anyAccount(match.notServiceAccounts(), id)) {
            return "not_service_accounts";
        }
        if (!match.principals().isEmpty() && !anyText(match.principals(), principal)) {
            return "principals";
        }
        if (anyText(match.notPrincipals(), principal)) {
            return "not_principals";
        }
        if (!match.sourceIps().isEmpty() && !anyBlock(match.sourceIps(), source)) {
            return "source_ips";
        }
        if (anyBlock(match.notSourceIps(), source)) {
            return "not_source_ips";
        }
        if (!match.destinationIps().isEmpty() && !anyBlock(match.destinationIps(), target)) {
            return "destination_ips";
        }
        if (anyBlock(match.notDestinationIps(), target)) {
            return "not_destination_ips";
        }
        if (!match.destinationPorts().isEmpty() && !anyPort(match.destinationPorts(), port)) {
            return "destination_ports";
        }
        return anyPort(match.notDestinationPorts(), port) ? "not_destination_ports" : null;
    }

    /** Returns whether any element hits; a text of null, a principal that nobody proved, is hit by none. */
    private static boolean anyText(List<StringMatch> elements, @Nullable String text) {
        if (text == null) {
            return false;
        }
        for (StringMatch element : elements) {
            if (element.matches(text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyAccount(List<ServiceAccountMatch> elements, @Nullable SpiffeId id) {
        if (id == null) {
            return false;
        }
        for (ServiceAccountMatch element : elements) {
            if (element.namespace().equals(id.namespace())
                    && element.serviceAccount().equals(id.serviceAccount())) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyBlock(List<IpBlock> elements, InetAddress address) {
        for (IpBlock element : elements) {
            if (element.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Policies carry 32 bits for a port, of which upstream looks at 16. */
    private static boolean anyPort(List<Integer> elements, int port) {
        for (int element : elements) {
            if ((element & PORT_BITS) == port) {
                return true;
            }
        }
        return false;
    }
}
