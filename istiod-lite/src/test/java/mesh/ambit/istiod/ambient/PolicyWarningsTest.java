package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import mesh.ambit.kube.AuthorizationPolicy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyWarningsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "rules: [{from: [{source: {principals: [a]}}]}]",
                "action: DENY, rules: [{to: [{operation: {ports: ['80']}}]}]",
                "targetRefs: [{kind: Service, name: web}], action: CUSTOM",
                ""
            })
    void policiesThatAreEnforcedAsWrittenNeedNoWords(String spec) {
        assertThat(warning(spec)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rules: [{to: [{operation: {paths: [/x], notMethods: [GET]}}]}] | ALLOW rules with notMethods, paths are left out, so everything it selects is refused",
                "rules: [{}, {when: [{key: 'request.headers[x]', values: [y]}]}] | ALLOW rules with request.headers[x] are left out; only",
                "action: DENY, rules: [{to: [{operation: {ports: ['80'], hosts: [a]}}]}] | DENY rules are enforced without hosts",
                "action: DENY, rules: [{to: [{operation: {hosts: [a]}}]}] | no DENY rule is left to enforce without hosts",
                "action: AUDIT | is not enforced: action AUDIT needs a waypoint"
            })
    void whatIsEnforcedOtherwiseIsSaid(String spec, String words) {
        assertThat(warning(spec)).startsWith("AuthorizationPolicy shop/p").contains(words);
    }

    @Test
    void dryRunIsSaidToBeOff() {
        AuthorizationPolicy policy = (AuthorizationPolicy) Objects.all("{apiVersion: security.istio.io/v1, "
                        + "kind: AuthorizationPolicy, metadata: {name: p, annotations: {istio.io/dry-run: 'true'}}}")
                .getFirst();

        assertThat(PolicyWarnings.of(policy, null)).contains("dry run");
    }

    private static @Nullable String warning(String spec) {
        AuthorizationPolicy policy = Objects.policy("shop", "p", spec);
        return PolicyWarnings.of(policy, new AuthorizationConversion(MeshSettings.DEFAULT).convert(policy));
    }
}
