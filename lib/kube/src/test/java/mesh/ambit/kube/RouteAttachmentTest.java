package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteAttachmentTest {
    private static final String PASSED = "protocol: TLS, tls: {mode: Passthrough}, port: 15443";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                                         | ''                | Accepted
            'hostname: \"*.example\"'                                  | ''                | Accepted
            'hostname: b.example'                                      | ''                | NoMatchingListenerHostname
            'hostname: \"*.org\"'                                      | ''                | NoMatchingListenerHostname
            ''                                                         | 'sectionName: l'  | Accepted
            ''                                                         | 'sectionName: m'  | NoMatchingParent
            ''                                                         | 'port: 15443'     | Accepted
            ''                                                         | 'port: 15444'     | NoMatchingParent
            'allowedRoutes: {namespaces: {from: All}}'                 | ''                | Accepted
            'allowedRoutes: {kinds: [{kind: TLSRoute}]}'               | ''                | Accepted
            'allowedRoutes: {kinds: [{kind: TCPRoute}]}'               | ''                | NotAllowedByListeners
            'allowedRoutes: {kinds: [{group: x, kind: TLSRoute}]}'     | ''                | NotAllowedByListeners
            'allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: red}}}}'  | '' | Accepted
            'allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: blue}}}}' | '' | NotAllowedByListeners
            """)
    void listenerIsAskedForEverything(String listener, String ref, String expected) {
        RouteAttachment attachment = requireNonNull(
                attach("{name: l, " + PASSED + (listener.isEmpty() ? "" : ", " + listener) + "}", "mesh", ref));

        assertThat(attachment.verdict().word()).isEqualTo(expected);
        assertThat(attachment.reason().isEmpty()).isEqualTo(expected.equals("Accepted"));
        assertThat(attachment.listeners().contains("l")).isEqualTo(expected.equals("Accepted"));
    }

    @Test
    void routesOfOtherNamespacesNeedToBeAllowed() {
        assertThat(requireNonNull(attach("{name: l, " + PASSED + "}", "shop", ""))
                        .verdict())
                .isEqualTo(RouteAttachment.Verdict.NOT_ALLOWED);
        assertThat(requireNonNull(attach(
                                "{name: l, " + PASSED + ", allowedRoutes: {namespaces: {from: All}}}", "shop", ""))
                        .verdict())
                .isEqualTo(RouteAttachment.Verdict.ACCEPTED);
    }

    @Test
    void bestAnswerCountsAndAllThatTakeItAreNamed() {
        String first = "{name: a, hostname: x.org, " + PASSED + "}";
        String second = "{name: b, protocol: HTTP, port: 80}";
        String third = "{name: c, " + PASSED + "}";

        assertThat(requireNonNull(attach(first + ", " + second, "mesh", "")).verdict())
                .isEqualTo(RouteAttachment.Verdict.NOT_ALLOWED);
        RouteAttachment all = requireNonNull(attach(first + ", " + second + ", " + third, "mesh", ""));
        assertThat(all.verdict()).isEqualTo(RouteAttachment.Verdict.ACCEPTED);
        assertThat(all.listeners()).containsExactly("c");
    }

    @Test
    void tunnelsAndListenersWithoutTheirTlsSettingsHaveNoRoutes() {
        assertThat(attach(
                        "{name: a, protocol: HBONE, port: 15008, tls: {mode: Terminate}}, {name: b, protocol: TLS, port: 1}",
                        "mesh",
                        ""))
                .isNull();
    }

    /** Returns how a TLSRoute for {@code a.example} stands with a gateway of these listeners in namespace mesh. */
    private static @Nullable RouteAttachment attach(String listeners, String namespace, String ref) {
        Gateway gateway = (Gateway) one("{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: ew,"
                + " namespace: mesh}, spec: {gatewayClassName: istio-east-west, listeners: [" + listeners + "]}}");
        TlsRoute route = (TlsRoute) one("{apiVersion: gateway.networking.k8s.io/v1, kind: TLSRoute, metadata: {name: r,"
                + " namespace: " + namespace + "}, spec: {hostnames: [a.example], parentRefs: [{name: ew,"
                + " namespace: mesh" + (ref.isEmpty() ? "" : ", " + ref) + "}],"
                + " rules: [{backendRefs: [{name: b, port: 443}]}]}}");
        return RouteAttachment.of(gateway, route, route.parents().getFirst(), Map.of("team", "red"));
    }

    private static KubeObject one(String yaml) {
        KubeYaml.Parsed parsed = KubeYaml.parse(yaml, "f.yaml", Reading.AS_STORED);
        assertThat(parsed.problems()).isEmpty();
        return parsed.objects().getFirst();
    }
}
