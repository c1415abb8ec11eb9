package mesh.ambit.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Match.ServiceAccountMatch;
import mesh.ambit.policy.Policy.Action;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch.Exact;
import mesh.ambit.policy.StringMatch.Prefix;
import mesh.ambit.policy.StringMatch.Presence;
import mesh.ambit.policy.StringMatch.Suffix;
import mesh.ambit.policy.Verdict.Allowed;
import mesh.ambit.policy.Verdict.Denied;
import mesh.ambit.policy.Verdict.Note;
import mesh.ambit.policy.Verdict.Note.Kind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AuthorizerTest {
    private static final SpiffeId CLIENT = new SpiffeId("cluster.local", "default", "client");
    private static final Workload SERVER = Workload.builder("Kubernetes//Pod/default/server")
            .name("server")
            .namespace("default")
            .build();
    private static final Match ANYBODY = match(m -> m.sourceIps(List.of(block("0.0.0.0", 0))));
    private static final Match NOBODY = match(m -> m.principals(List.of(new Exact("nobody"))));

    @Nested
    class Fields {
        @Test
        void principalIsComparedWithoutItsScheme() {
            assertThat(hits(m -> m.principals(List.of(new Exact(CLIENT.principal())))))
                    .isTrue();
            assertThat(hits(m -> m.principals(List.of(new Exact(CLIENT.toString())))))
                    .isFalse();
            assertThat(hits(m ->
                            m.principals(List.of(new Exact(CLIENT.principal().toUpperCase(Locale.ROOT))))))
                    .isFalse();
            assertThat(hits(m -> m.principals(List.of(new Prefix("cluster.local/ns/def")))))
                    .isTrue();
            assertThat(hits(m -> m.principals(List.of(new Suffix("/sa/client")))))
                    .isTrue();
            assertThat(hits(m -> m.principals(List.of(new Presence())))).isTrue();
        }

        @Test
        void unprovedPrincipalIsHitByNothing() {
            assertThat(hitsPlain(m -> m.principals(List.of(new Presence())))).isFalse();
            assertThat(hitsPlain(m -> m.principals(List.of(new Prefix(""))))).isFalse();
            assertThat(hitsPlain(m -> m.notPrincipals(List.of(new Presence())))).isTrue();
            assertThat(hits(m -> m.notPrincipals(List.of(new Presence())))).isFalse();
        }

        @Test
        void namespaceOfAPlaintextPeerIsEmpty() {
            assertThat(hits(m -> m.namespaces(List.of(new Exact("default"))))).isTrue();
            assertThat(hitsPlain(m -> m.namespaces(List.of(new Presence())))).isFalse();
            assertThat(hitsPlain(m -> m.namespaces(List.of(new Exact(""))))).isTrue();
            assertThat(hitsPlain(m -> m.notNamespaces(List.of(new Exact("default")))))
                    .isTrue();
        }

        @Test
        void serviceAccountIgnoresTheTrustDomain() {
            assertThat(hits(m -> m.serviceAccounts(List.of(new ServiceAccountMatch("default", "client")))))
                    .isTrue();
            assertThat(hits(m -> m.serviceAccounts(List.of(new ServiceAccountMatch("other", "client")))))
                    .isFalse();
            assertThat(hitsPlain(m -> m.serviceAccounts(List.of(new ServiceAccountMatch("default", "client")))))
                    .isFalse();
            assertThat(hitsPlain(m -> m.notServiceAccounts(List.of(new ServiceAccountMatch("default", "client")))))
                    .isTrue();
        }

        @Test
        void blockOfTheOtherFamilyNeverHolds() {
            assertThat(hits(m -> m.sourceIps(List.of(block("10.0.0.0", 24))))).isTrue();
            assertThat(hits(m -> m.sourceIps(List.of(block("::", 0))))).isFalse();
            assertThat(hits(m -> m.notSourceIps(List.of(block("10.0.0.1", 32)))))
                    .isFalse();
            assertThat(hits(m -> m.destinationIps(List.of(block("10.0.0.2", 32)))))
                    .isTrue();
            assertThat(hits(m -> m.notDestinationIps(List.of(block("10.0.0.2", 32)))))
                    .isFalse();
        }

        @Test
        void sixteenBitsOfAPortCount() {
            assertThat(hits(m -> m.destinationPorts(List.of(8080)))).isTrue();
            assertThat(hits(m -> m.destinationPorts(List.of(65536 + 8080)))).isTrue();
            assertThat(hits(m -> m.destinationPorts(List.of(80)))).isFalse();
            assertThat(hits(m -> m.notDestinationPorts(List.of(8080)))).isFalse();
        }

        @Test
        void allFieldsMustHold() {
            assertThat(hits(m -> m.destinationPorts(List.of(8080)).principals(List.of(new Presence()))))
                    .isTrue();
            assertThat(hits(m -> m.destinationPorts(List.of(80)).principals(List.of(new Presence()))))
                    .isFalse();
            assertThat(hits(m -> m.principals(List.of(new Presence())).notPrincipals(List.of(new Suffix("client")))))
                    .isFalse();
        }
    }

    @Nested
    class Nesting {
        @Test
        void groupsAreOrClausesAreAndMatchesAreOr() {
            assertThat(matches(group(clause(NOBODY)), group(clause(ANYBODY)))).isTrue();
            assertThat(matches(group(clause(NOBODY), clause(ANYBODY)))).isFalse();
            assertThat(matches(group(clause(NOBODY, ANYBODY)))).isTrue();
        }

        @Test
        void policyWithoutGroupsNeverMatches() {
            assertThat(matches()).isFalse();
        }

        @Test
        void groupWithoutClausesMatchesEverything() {
            assertThat(matches(group())).isTrue();
        }

        @Test
        void clauseWithoutMatchesHolds() {
            assertThat(matches(group(clause()))).isTrue();
            assertThat(matches(group(clause(), clause(NOBODY)))).isFalse();
        }

        @Test
        void matchWithoutFieldsIsSkipped() {
            assertThat(matches(group(clause(Match.EMPTY)))).isFalse();
            assertThat(matches(group(clause(Match.EMPTY, ANYBODY)))).isTrue();
        }
    }

    @Nested
    class Order {
        @Test
        void withoutPoliciesEverythingIsAllowed() {
            assertThat(judge(SERVER)).isEqualTo(new Allowed(null, List.of()));
        }

        @Test
        void denyComesBeforeAllow() {
            assertThat(judge(SERVER, policy("a", Action.ALLOW, ANYBODY), policy("d", Action.DENY, ANYBODY)))
                    .isEqualTo(new Denied("default/d", List.of()));
        }

        @Test
        void policyThatAllowsIsNamed() {
            assertThat(judge(SERVER, policy("a", Action.ALLOW, NOBODY), policy("b", Action.ALLOW, ANYBODY)))
                    .isEqualTo(new Allowed("default/b", List.of()));
        }

        @Test
        void whereSomeAreAllowedOthersAreNot() {
            Verdict verdict = judge(SERVER, policy("a", Action.ALLOW, NOBODY));

            assertThat(verdict).isEqualTo(new Denied(null, List.of()));
            assertThat(((Denied) verdict).reason()).isEqualTo("allow policies exist, but none allowed");
        }

        @Test
        void policyThatDoesNotDenyLeavesTheRestAllowed() {
            assertThat(judge(SERVER, policy("d", Action.DENY, NOBODY))).isEqualTo(new Allowed(null, List.of()));
        }

        @Test
        void namespacePolicyIsNamedBeforeAGlobalAndAListedOne() {
            Policy namespaced = scoped("default", "n", Scope.NAMESPACE);
            Policy global = scoped("root", "g", Scope.GLOBAL);
            Policy listed = scoped("default", "l", Scope.WORKLOAD_SELECTOR);
            Workload server = SERVER.toBuilder()
                    .authorizationPolicies(List.of("default/l"))
                    .build();

            assertThat(denier(server, listed, global, namespaced)).isEqualTo("default/n");
            assertThat(denier(server, listed, global)).isEqualTo("root/g");
            assertThat(denier(server, listed)).isEqualTo("default/l");
        }

        @Test
        void scopeDecidesWhomAPolicyConcerns() {
            assertThat(denier(SERVER, scoped("other", "n", Scope.NAMESPACE))).isNull();
            assertThat(denier(SERVER, scoped("default", "l", Scope.WORKLOAD_SELECTOR)))
                    .isNull();
            assertThat(denier(SERVER, scoped("other", "g", Scope.GLOBAL))).isEqualTo("other/g");
        }

        @Test
        void changedScopeLeavesNothingInTheOldPlace() {
            PolicySet policies = PolicySet.EMPTY
                    .apply(List.of(scoped("default", "p", Scope.GLOBAL)), List.of())
                    .apply(List.of(scoped("default", "p", Scope.WORKLOAD_SELECTOR)), List.of());

            assertThat(Authorizer.authorize(policies, SERVER, connection(CLIENT)))
                    .isInstanceOf(Allowed.class);
            assertThat(policies.apply(List.of(), List.of("default/p", "no/such"))
                            .isEmpty())
                    .isTrue();
        }

        @Test
        void listedPolicyThatHasNotArrivedIsSkippedAndNoted() {
            Workload server = SERVER.toBuilder()
                    .authorizationPolicies(List.of("default/p"))
                    .build();

            assertThat(judge(server)).isEqualTo(new Allowed(null, List.of(new Note(Kind.UNKNOWN_POLICY, "default/p"))));
        }
    }

    @Nested
    class DryRun {
        @Test
        void denyOnTrialIsNotedOnly() {
            assertThat(judge(SERVER, trial("d", Action.DENY, ANYBODY)))
                    .isEqualTo(new Allowed(null, List.of(new Note(Kind.DRY_RUN_DENY_MATCH, "default/d"))));
        }

        @Test
        void allowOnTrialRestrictsNobody() {
            assertThat(judge(SERVER, trial("a", Action.ALLOW, ANYBODY)))
                    .isEqualTo(new Allowed(null, List.of(new Note(Kind.DRY_RUN_ALLOW_MATCH, "default/a"))));
            assertThat(judge(SERVER, trial("a", Action.ALLOW, NOBODY)))
                    .isEqualTo(new Allowed(null, List.of(new Note(Kind.DRY_RUN_NO_ALLOW_MATCH, null))));
        }

        @Test
        void allowOnTrialLetsNobodyPastAnEnforcedOne() {
            assertThat(judge(SERVER, trial("t", Action.ALLOW, ANYBODY), policy("a", Action.ALLOW, NOBODY)))
                    .isEqualTo(new Denied(null, List.of(new Note(Kind.DRY_RUN_ALLOW_MATCH, "default/t"))));
        }
    }

    private static boolean hits(UnaryOperator<Match.Builder> fields) {
        return Authorizer.matches(policy("p", Action.DENY, match(fields)), connection(CLIENT));
    }

    private static boolean hitsPlain(UnaryOperator<Match.Builder> fields) {
        return Authorizer.matches(policy("p", Action.DENY, match(fields)), connection(null));
    }

    private static boolean matches(Group... groups) {
        Policy policy = new Policy("default", "p", Scope.NAMESPACE, Action.DENY, List.of(groups), false);
        return Authorizer.matches(policy, connection(CLIENT));
    }

    private static Verdict judge(Workload server, Policy... policies) {
        return Authorizer.authorize(
                PolicySet.EMPTY.apply(Arrays.asList(policies), List.of()), server, connection(CLIENT));
    }

    private static @Nullable String denier(Workload server, Policy... policies) {
        return judge(server, policies) instanceof Denied denied ? denied.policy() : null;
    }

    private static Policy policy(String name, Action action, Match match) {
        return new Policy("default", name, Scope.NAMESPACE, action, List.of(group(clause(match))), false);
    }

    private static Policy trial(String name, Action action, Match match) {
        return new Policy("default", name, Scope.NAMESPACE, action, List.of(group(clause(match))), true);
    }

    private static Policy scoped(String namespace, String name, Scope scope) {
        return new Policy(namespace, name, scope, Action.DENY, List.of(group()), false);
    }

    private static Group group(Clause... clauses) {
        return new Group(List.of(clauses));
    }

    private static Clause clause(Match... matches) {
        return new Clause(List.of(matches));
    }

    private static Match match(UnaryOperator<Match.Builder> fields) {
        return fields.apply(Match.builder()).build();
    }

    private static IpBlock block(String address, int length) {
        return new IpBlock(InetAddress.ofLiteral(address), length);
    }

    private static Connection connection(@Nullable SpiffeId identity) {
        return new Connection(
                InetAddress.ofLiteral("10.0.0.1"),
                identity,
                new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 8080));
    }
}
