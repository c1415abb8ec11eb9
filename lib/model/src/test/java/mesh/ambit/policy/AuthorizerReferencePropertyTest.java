package mesh.ambit.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
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
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** The authorizer against the rules written down once more, as plainly as they can be. */
class AuthorizerReferencePropertyTest {
    private static final Workload SERVER = Workload.builder("server")
            .namespace("shop")
            .authorizationPolicies(List.of("shop/p0", "shop/p1", "shop/p2", "shop/p3", "shop/gone"))
            .build();

    @Property(tries = 2000, seed = "1")
    void decidesAndNotesAsTheRulesSay(
            @ForAll("policies") List<Policy> policies, @ForAll("connections") Connection connection) {
        List<String> wanted = new ArrayList<>();
        boolean allowed = reference(policies, connection, wanted);

        Verdict verdict = Authorizer.authorize(PolicySet.EMPTY.apply(policies, List.of()), SERVER, connection);

        assertThat(verdict instanceof Allowed).isEqualTo(allowed);
        assertThat(verdict.notes().stream()
                        .filter(note -> note.kind() != Note.Kind.UNKNOWN_POLICY)
                        .map(note -> note.kind() + " " + note.policy()))
                .containsExactlyInAnyOrderElementsOf(wanted);
        if (verdict instanceof Denied denied && denied.policy() != null) {
            Policy named = policies.stream()
                    .filter(p -> p.key().equals(denied.policy()))
                    .findFirst()
                    .orElseThrow();
            assertThat(named.action()).isEqualTo(Action.DENY);
            assertThat(matches(named, connection)).isTrue();
        }
    }

    @Property(tries = 1000, seed = "1")
    void explanationAgreesWithTheDecision(
            @ForAll("policies") List<Policy> policies, @ForAll("connections") Connection connection) {
        for (Explanation explanation : Explanation.of(policies, connection)) {
            assertThat(explanation.matchedRule() >= 0).isEqualTo(matches(explanation.policy(), connection));
        }
    }

    /** Whoever speaks plaintext is nobody: no list of identities holds for it, and no negative one hits it. */
    @Property(tries = 500, seed = "1")
    void plaintextIsHitByNoListOfIdentities(@ForAll("texts") List<StringMatch> texts) {
        Connection plain = connection(null, "10.0.0.1", 80);
        List<StringMatch> named = texts.stream().filter(t -> !t.matches("")).toList();

        if (!texts.isEmpty()) {
            assertThat(Authorizer.failingField(Match.builder().principals(texts).build(), plain))
                    .isEqualTo("principals");
        }
        assertThat(Authorizer.failingField(
                        Match.builder()
                                .notPrincipals(texts)
                                .notNamespaces(named)
                                .build(),
                        plain))
                .isNull();
    }

    /** Returns whether the connection may be; adds what is to be noted. */
    private static boolean reference(List<Policy> policies, Connection connection, List<String> notes) {
        List<Policy> applicable = new ArrayList<>();
        for (Policy p : policies) {
            if (p.scope() == Scope.GLOBAL
                    || (p.scope() == Scope.NAMESPACE && p.namespace().equals(SERVER.namespace()))) {
                applicable.add(p);
            }
            // Listed as well, it is looked at once more.
            if (SERVER.authorizationPolicies().contains(p.key())) {
                applicable.add(p);
            }
        }
        Predicate<Policy> hits = policy -> matches(policy, connection);
        applicable.stream()
                .filter(p -> p.action() == Action.DENY && p.dryRun())
                .filter(hits)
                .forEach(p -> notes.add("DRY_RUN_DENY_MATCH " + p.key()));
        if (applicable.stream()
                .filter(p -> p.action() == Action.DENY && !p.dryRun())
                .anyMatch(hits)) {
            return false;
        }
        List<Policy> trial = applicable.stream()
                .filter(p -> p.action() == Action.ALLOW && p.dryRun())
                .toList();
        List<Policy> enforced = applicable.stream()
                .filter(p -> p.action() == Action.ALLOW && !p.dryRun())
                .toList();
        trial.stream().filter(hits).forEach(p -> notes.add("DRY_RUN_ALLOW_MATCH " + p.key()));
        if (enforced.isEmpty() && !trial.isEmpty() && trial.stream().noneMatch(hits)) {
            notes.add("DRY_RUN_NO_ALLOW_MATCH null");
        }
        return enforced.isEmpty() || enforced.stream().anyMatch(hits);
    }

    private static boolean matches(Policy policy, Connection c) {
        return policy.groups().stream()
                .anyMatch(g -> g.clauses().stream()
                        .allMatch(cl ->
                                cl.matches().isEmpty() || cl.matches().stream().anyMatch(m -> holds(m, c))));
    }

    private static boolean holds(Match m, Connection c) {
        SpiffeId id = c.identity();
        String namespace = id == null ? "" : id.namespace();
        Predicate<StringMatch> principal =
                s -> id != null && s.matches(id.toString().substring("spiffe://".length()));
        Predicate<ServiceAccountMatch> account =
                a -> id != null && a.equals(new ServiceAccountMatch(id.namespace(), id.serviceAccount()));
        return !m.equals(Match.EMPTY)
                && field(m.namespaces(), m.notNamespaces(), s -> s.matches(namespace))
                && field(m.principals(), m.notPrincipals(), principal)
                && field(m.serviceAccounts(), m.notServiceAccounts(), account)
                && field(m.sourceIps(), m.notSourceIps(), b -> b.contains(c.source()))
                && field(m.destinationIps(), m.notDestinationIps(), b -> b.contains(c.destinationAddress()))
                && field(
                        m.destinationPorts(),
                        m.notDestinationPorts(),
                        p -> p == c.destination().getPort());
    }

    private static <T> boolean field(List<T> any, List<T> none, Predicate<T> hit) {
        return (any.isEmpty() || any.stream().anyMatch(hit)) && none.stream().noneMatch(hit);
    }

    @Provide
    Arbitrary<Connection> connections() {
        Arbitrary<SpiffeId> id = Combinators.combine(
                        Arbitraries.of("cluster.local", "td"), Arbitraries.of("shop", "a"), Arbitraries.of("web", "db"))
                .as(SpiffeId::new);
        return Combinators.combine(
                        id.injectNull(0.3), Arbitraries.of("10.0.0.1", "10.1.0.1", "fd00::1"), Arbitraries.of(80, 81))
                .as(AuthorizerReferencePropertyTest::connection);
    }

    @Provide
    Arbitrary<List<StringMatch>> texts() {
        Arbitrary<StringMatch> text = Arbitraries.of(
                new Exact("shop"),
                new Exact(""),
                new Exact("cluster.local/ns/shop/sa/web"),
                new Exact("spiffe://cluster.local/ns/shop/sa/web"),
                new Prefix("cluster.local/ns/shop"),
                new Prefix(""),
                new Suffix("web"),
                new Presence());
        return text.list().ofMaxSize(2);
    }

    @Provide
    Arbitrary<List<Policy>> policies() {
        Arbitrary<List<StringMatch>> texts = sparse(texts());
        Arbitrary<List<ServiceAccountMatch>> accounts =
                sparse(Arbitraries.of(new ServiceAccountMatch("shop", "web"), new ServiceAccountMatch("a", "db"))
                        .list()
                        .ofMaxSize(2));
        Arbitrary<List<IpBlock>> blocks = sparse(
                Arbitraries.of(new IpBlock(ip("10.0.0.0"), 16), new IpBlock(ip("::"), 0), new IpBlock(ip("0.0.0.0"), 0))
                        .list()
                        .ofMaxSize(1));
        Arbitrary<List<Integer>> ports = sparse(Arbitraries.of(80, 81).list().ofMaxSize(1));
        Arbitrary<Match> identity = Combinators.combine(texts, texts, texts, texts, accounts, accounts)
                .as((ns, notNs, p, notP, sa, notSa) -> Match.builder()
                        .namespaces(ns)
                        .notNamespaces(notNs)
                        .principals(p)
                        .notPrincipals(notP)
                        .serviceAccounts(sa)
                        .notServiceAccounts(notSa)
                        .build());
        Arbitrary<Match> match = Combinators.combine(identity, blocks, blocks, blocks, ports, ports)
                .as((m, src, notSrc, dst, port, notPort) -> new Match(
                        m.namespaces(),
                        m.notNamespaces(),
                        m.principals(),
                        m.notPrincipals(),
                        src,
                        notSrc,
                        dst,
                        List.of(),
                        port,
                        notPort,
                        m.serviceAccounts(),
                        m.notServiceAccounts()));
        Arbitrary<Clause> clause = match.list().ofMaxSize(2).map(Clause::new);
        Arbitrary<List<Group>> groups =
                clause.list().ofMaxSize(2).map(Group::new).list().ofMaxSize(2);
        return Combinators.combine(
                        Arbitraries.of(Scope.class),
                        Arbitraries.of(Action.class),
                        groups,
                        Arbitraries.of(true, false),
                        Arbitraries.of("shop", "a"))
                .as((scope, action, g, dryRun, ns) -> new Policy(ns, "p", scope, action, g, dryRun))
                .list()
                .ofMaxSize(5)
                .map(AuthorizerReferencePropertyTest::numbered);
    }

    private static <T> Arbitrary<List<T>> sparse(Arbitrary<List<T>> lists) {
        return Arbitraries.oneOf(Arbitraries.just(List.<T>of()), Arbitraries.just(List.<T>of()), lists);
    }

    private static List<Policy> numbered(List<Policy> policies) {
        List<Policy> numbered = new ArrayList<>();
        for (Policy p : policies) {
            numbered.add(
                    new Policy(p.namespace(), "p" + numbered.size(), p.scope(), p.action(), p.groups(), p.dryRun()));
        }
        return numbered;
    }

    private static Connection connection(@Nullable SpiffeId id, String source, int port) {
        return new Connection(ip(source), id, new InetSocketAddress(ip("10.0.0.2"), port));
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
