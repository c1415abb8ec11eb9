package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MeshConfigTest {
    /** Each was tried on the reference, which refuses it whole. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "trustDomain: \"\"",
                "trustDomain: a b",
                "trustDomain: '*'",
                "trustDomainAliases: x",
                "trustDomainAliases: ['*']",
                "enableTracing: \"true\"",
                "enableTracing: 1",
                "connectTimeout: 10",
                "connectTimeout: 0s",
                "connectTimeout: abc",
                "connectTimeout: 2h",
                "protocolDetectionTimeout: 5us",
                "proxyListenPort: 0",
                "proxyListenPort: 70000",
                "proxyListenPort: 1.5",
                "accessLogEncoding: text",
                "ingressControllerMode: OFF",
                "ingressSelector: y",
                "outboundTrafficPolicy: REGISTRY_ONLY",
                "outboundTrafficPolicy: {mode: X}",
                "defaultConfig: {proxyMetadata: {A: 1}}",
                "defaultConfig: {concurrency: x}",
                "defaultConfig: {discoveryAddress: bad}",
                "defaultConfig: {statusPort: 99999}",
                "defaultConfig: {drainDuration: 1.5s}",
                "extensionProviders: {}",
                "serviceScopeConfigs: [{scope: global}]",
                "serviceEntryVisibility: {defaultVisibility: X}",
                "defaultProviders: {metrics: prometheus}",
                "meshMTLS: {minProtocolVersion: X}"
            })
    void aMistakeAnywhereSpoilsTheWhole(String text) {
        MeshConfig.Parsed parsed = MeshConfig.parse("rootNamespace: root\n" + text, "istio");

        assertThat(parsed.config()).isEqualTo(MeshConfig.DEFAULT);
        assertThat(parsed.problems()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bogus: {a: 1}",
                "trustDomain: x.y.",
                "trustDomain: CLUSTER.Local",
                "connectTimeout: 1m",
                "proxyListenPort: \"15001\"",
                "proxyListenPort: 1.0",
                "accessLogEncoding: 1",
                "accessLogEncoding: 9",
                "outboundTrafficPolicy: null",
                "outboundTrafficPolicy: {mode: REGISTRY_ONLY}",
                "extensionProviders: [{name: o, opentelemetry: {service: x, port: \"80\"}}]",
                "h2UpgradePolicy: UPGRADE",
                "serviceEntryVisibility: {defaultVisibility: 2}"
            })
    void whatTheReferenceTakesIsTaken(String text) {
        MeshConfig.Parsed parsed = MeshConfig.parse("rootNamespace: root\n" + text, "istio");

        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.config().rootNamespace()).isEqualTo("root");
    }

    @Test
    void fieldsMayBeSpelledAsInTheirDefinitionAndChoicesAsNumbers() {
        MeshConfig config = MeshConfig.parse(
                        "{root_namespace: r, trust_domain: t, service_scope_configs: [{scope: 1}]}", "istio")
                .config();

        assertThat(config.rootNamespace()).isEqualTo("r");
        assertThat(config.trustDomain()).isEqualTo("t");
        assertThat(config.scopes()).extracting(MeshConfig.ScopeRule::global).containsExactly(true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{matchExpressions: [{key: a, operator: Is}]}",
                "{matchExpressions: [{key: a, operator: In}]}",
                "{matchExpressions: [{key: a, operator: Exists, values: [x]}]}",
                "{matchExpressions: [{key: '', operator: Exists}]}",
                "{matchLabels: {a b: c}}",
                "{matchLabels: {a: c d}}"
            })
    void aSelectorWithoutMeaningTakesAwayWhatItWasFor(String selector) {
        MeshConfig.Parsed parsed = MeshConfig.parse(
                String.join(
                        "\n",
                        "rootNamespace: root",
                        "discoverySelectors: [{matchLabels: {a: b}}, " + selector + "]",
                        "serviceScopeConfigs: [{scope: GLOBAL, servicesSelector: " + selector + "}, {scope: GLOBAL}]",
                        "serviceEntryVisibility:",
                        "  policies:",
                        "  - {visibility: NONE, matchingRules: [{namespaceSelector: " + selector + "}]}"),
                "istio");

        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.config().rootNamespace()).isEqualTo("root");
        assertThat(parsed.config().discoverySelectors()).as("every namespace").isEmpty();
        assertThat(parsed.config().visibilities()).isEmpty();
        assertThat(parsed.config().scopes())
                .extracting(MeshConfig.ScopeRule::services)
                .isEqualTo(List.of(new LabelSelector(Map.of(), List.of())));
    }
}
