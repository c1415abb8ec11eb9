package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import mesh.ambit.policy.IpBlock;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Match.ServiceAccountMatch;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.Policy.Scope;
import mesh.ambit.policy.StringMatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
