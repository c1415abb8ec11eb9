package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Authorizer;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.IpBlock;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Match.ServiceAccountMatch;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.PolicySet;
import mesh.ambit.policy.StringMatch;
import mesh.ambit.policy.Verdict;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationConversionTest {
    private static final AuthorizationConversion CONVERSION = new AuthorizationConversion(MeshSettings.DEFAULT);

    @Test
    void scopeFollowsSelectorAndNamespace() {
        assertThat(converted("shop", "").scope()).isEqualTo(Scope.NAMESPACE);
        assertThat(converted("istio-system", "").scope()).isEqualTo(Scope.GLOBAL);
        assertThat(converted("shop", "selector: {}").scope()).isEqualTo(Scope.WORKLOAD_SELECTOR);
        assertThat(converted("istio-system", "selector: {matchLabels: {a: b}}").scope())
                .isEqualTo(Scope.WORKLOAD_SELECTOR);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "action: CUSTOM",
                "action: AUDIT",
                "targetRefs: [{kind: Service, name: web}]",
                "targetRef: {kind: Gateway, name: g}"
            })
    void policiesForOthersAreNotSent(String spec) {
        assertThat(convert("shop", spec)).isNull();
    }

    @Test
    void clausesAreInTheOrderToFromWhen() {
        Group group = converted("shop", """
                rules: [{from: [{source: {namespaces: [a]}}, {source: {namespaces: [b]}}],
                         to: [{operation: {ports: ['80']}}],
                         when: [{key: destination.port, notValues: ['81']}, {key: source.namespace, values: ['*']}]}]
                """).groups().getFirst();

        assertThat(group.clauses())
                .containsExactly(
                        clause(Match.builder().destinationPorts(List.of(80)).build()),
                        clause(namespace(new StringMatch.Exact("a")), namespace(new StringMatch.Exact("b"))),
                        clause(Match.builder().notDestinationPorts(List.of(81)).build()),
                        clause(namespace(new StringMatch.Presence())));
    }

    @Test
    void ruleWithoutPartsMatchesEverythingAndNoRulesNothing() {
        assertThat(converted("shop", "rules: [{}]").groups()).containsExactly(new Group(List.of()));
        assertThat(converted("shop", "").groups()).isEmpty();
    }

    @Test
    void oneStarIsTakenOff() {
        Match match = onlyMatch("from: [{source: {principals: ['*', 'a*', '*a', '*a*', '**', '', 'a']}}]");

        assertThat(match.principals())
                .containsExactly(
                        new StringMatch.Presence(),
                        new StringMatch.Prefix("a"),
                        new StringMatch.Suffix("a"),
                        new StringMatch.Suffix("a*"),
                        new StringMatch.Suffix("*"),
                        new StringMatch.Exact(""),
                        new StringMatch.Exact("a"));
    }

    @Test
    void serviceAccountsAreOfThePolicysNamespaceUnlessTheySaySo() {
        Match match = onlyMatch("from: [{source: {serviceAccounts: [a, b/c, '*', d/e/f]}}]");

        assertThat(match.serviceAccounts())
                .containsExactly(
                        new ServiceAccountMatch("shop", "a"),
                        new ServiceAccountMatch("b", "c"),
                        new ServiceAccountMatch("shop", "*"),
                        new ServiceAccountMatch("d", "e/f"));
    }

    @Test
    void valuesThatAreNoneAreDropped() {
        Match ports = onlyMatch("to: [{operation: {ports: ['080', '+80', '', '65536', '0', '000000443', x]}}]");
        Match blocks = onlyMatch("from: [{source: {ipBlocks: ['10.0.0.1', '10.0.0.9/8', '10.0.0.1/33', '010.0.0.1', "
                + "'fe80::1%eth0', 'fe80::1%eth0/64', '::ffff:10.0.0.1', '10.0.0.0/08', 'x']}}]");

        assertThat(ports.destinationPorts()).containsExactly(80, 0, 443);
        assertThat(blocks.sourceIps()).extracting(IpBlock::prefixLength).containsExactly(32, 8, 128, 128);
        assertThat(blocks.sourceIps().get(3).address().getAddress()).hasSize(16);
    }

    @Test
    void matchThatLosesEverythingStaysAndNeverMatches() {
        assertThat(onlyMatch("to: [{operation: {ports: [http]}}]")).isEqualTo(Match.EMPTY);
    }

    @Test
    void allowRulesAboutRequestsAreLeftOut() {
        Policy policy = converted(
                "shop",
                "rules: [{to: [{operation: {ports: ['80'], paths: [/x]}}]}, "
                        + "{when: [{key: 'request.headers[x]', values: [y]}]}, {from: [{source: {requestPrincipals: [z]}}]}]");

        assertThat(policy.groups()).isEmpty();
    }

    @Test
    void denyRulesLoseTheirPartsAboutRequestsOnly() {
        Policy policy = converted(
                "shop",
                "action: DENY, rules: [{to: [{operation: {ports: ['80'], paths: [/x]}}], "
                        + "when: [{key: connection.sni, values: [y]}]}]");

        assertThat(policy.groups())
                .containsExactly(new Group(List.of(
                        clause(Match.builder().destinationPorts(List.of(80)).build()), clause(Match.EMPTY))));
    }

    @Test
    void dryRunIsSentOnlyWhenAskedFor() {
        var policy = Objects.all("{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, "
                + "metadata: {name: a, annotations: {istio.io/dry-run: 'true'}}, spec: {}}");
        var object = (mesh.ambit.kube.AuthorizationPolicy) policy.getFirst();
        MeshSettings withFlag = MeshSettings.DEFAULT.withFeatures(Set.of(Feature.DRY_RUN_POLICIES));

        assertThat(CONVERSION.convert(object)).isNull();
        assertThat(requireNonNull(new AuthorizationConversion(withFlag).convert(object))
                        .dryRun())
                .isTrue();
    }

    private static Match onlyMatch(String rule) {
        return converted("shop", "rules: [{" + rule + "}]")
                .groups()
                .getFirst()
                .clauses()
                .getFirst()
                .matches()
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ALLOW | trustDomains: [td]                            | td other:- other.td:- -:-",
                "ALLOW | trustDomains: [t*, other]                     | td other other.td:- -:-",
                "ALLOW | trustDomains: ['*']                           | td other other.td -:-",
                "ALLOW | notTrustDomains: [td]                         | td:- other other.td -",
                "ALLOW | namespaces: [shop], trustDomains: [td]        | td other:- other.td:- -:-",
                "ALLOW | principals: ['*/sa/web'], trustDomains: [td]  | td other:- other.td:- -:-",
                "ALLOW | principals: [x], trustDomains: [td]           | td:- other:- other.td:- -:-",
                "ALLOW | notPrincipals: ['other/*'], notTrustDomains: [td] | td:- other:- other.td -",
                "ALLOW | trustDomains: ['*.td']                        | td:- other:- other.td:- -:-",
                "ALLOW | notTrustDomains: ['*.td']                     | td:- other:- other.td:- -:-",
                "DENY  | trustDomains: [td]                            | td:- other other.td -",
                "DENY  | namespaces: [shop], notTrustDomains: [td]     | td other:- other.td:- -",
                "DENY  | principals: ['*/sa/web'], trustDomains: [td]  | td:- other other.td -",
                "DENY  | trustDomains: ['*.td']                        | td:- other:- other.td:- -:-",
                "DENY  | namespaces: [shop], trustDomains: ['*.td']    | td:- other:- other.td:- -"
            })
    void trustDomainsAreComparedAndWhatCannotBeNeverOpens(String action, String source, String verdicts) {
        Policy policy = converted("shop", "action: " + action + ", rules: [{from: [{source: {" + source + "}}]}]");
        Workload server = Workload.builder("Kubernetes//Pod/shop/server")
                .name("server")
                .namespace("shop")
                .build();

        for (String each : verdicts.strip().split(" ", -1)) {
            String trustDomain = each.split(":", -1)[0];
            SpiffeId client = trustDomain.equals("-") ? null : new SpiffeId(trustDomain, "shop", "web");
            Connection connection = new Connection(
                    InetAddress.ofLiteral("10.0.0.1"),
                    client,
                    new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 80));

            assertThat(Authorizer.authorize(PolicySet.EMPTY.apply(List.of(policy), List.of()), server, connection))
                    .as(each)
                    .isInstanceOf(each.endsWith(":-") ? Verdict.Denied.class : Verdict.Allowed.class);
        }
    }

    @Test
    void aSourceWithPrincipalsAndTrustDomainsHasAGroupOfItsOwn() {
        Policy policy = converted("shop", """
                rules: [{from: [{source: {namespaces: [a]}}, {source: {principals: [p], trustDomains: [td]}}],
                         to: [{operation: {ports: ['80']}}]}]
                """);

        Clause to = clause(Match.builder().destinationPorts(List.of(80)).build());
        assertThat(policy.groups())
                .containsExactly(
                        new Group(List.of(to, clause(namespace(new StringMatch.Exact("a"))))),
                        new Group(List.of(
                                to,
                                clause(Match.builder()
                                        .principals(List.of(new StringMatch.Exact("p")))
                                        .build()),
                                clause(Match.builder()
                                        .principals(List.of(new StringMatch.Prefix("td/")))
                                        .build()))));
    }

    private static Policy converted(String namespace, String spec) {
        return requireNonNull(convert(namespace, spec));
    }

    private static @Nullable Policy convert(String namespace, String spec) {
        return CONVERSION.convert(Objects.policy(namespace, "p", spec));
    }

    private static Clause clause(Match... matches) {
        return new Clause(List.of(matches));
    }

    private static Match namespace(StringMatch match) {
        return Match.builder().namespaces(List.of(match)).build();
    }
}
