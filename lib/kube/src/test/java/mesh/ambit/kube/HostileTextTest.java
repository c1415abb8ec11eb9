package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Whatever a file holds, reading it ends in objects and problems. */
class HostileTextTest {
    private static final String TEXT = """
            apiVersion: v1
            kind: Service
            metadata: &meta
              name: web
              labels: {app: web, "a": 'b'}
            spec:
              ports:
              - {name: http, port: 80, targetPort: http}
              - name: x
                port: 0x51
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: *meta
            spec:
              rules:
              - from: [{source: {principals: ["*"], ipBlocks: [10.0.0.0/8]}}]
                when: [{key: source.ip, values: [::1]}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: *meta
            spec:
              parentRefs: [{kind: Service, group: "", name: web, port: 80}]
              rules:
              - matches: [{path: {type: Exact, value: /a}, headers: [{name: x, value: y}], method: GET}]
                backendRefs: [{name: v1, port: 80, weight: 9}]
                timeouts: {request: 10s}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: *meta
            spec:
              hosts: [web]
              http: [{match: [{uri: {prefix: /a}}], route: [{destination: {host: web}, weight: 1}], timeout: 1.5s}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: *meta
            spec: {host: web, subsets: [{name: a, labels: {b: c}}], trafficPolicy: {loadBalancer: {simple: RANDOM}}}
            --- |
              text
            ...
            {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]}
            """;

    private static final String SPICE = ":-{}[]&*!|>'\"%@`#,? \n\t0xA~<";

    @RepeatedTest(20)
    void readingAlwaysEnds(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        for (int i = 0; i < 100; i++) {
            String text = mutate(random);

            KubeYaml.Parsed parsed = KubeYaml.parse(text, "f.yaml", Reading.CHECKED);

            assertThat(parsed.problems())
                    .allSatisfy(problem -> assertThat(problem.message()).startsWith("f.yaml:"));
        }
    }

    /** Patterns that recurse with each repetition would overflow the stack of whoever reads. */
    @Test
    void whatIsRepeatedWithoutEndIsReadToo() {
        String policy = """
                apiVersion: security.istio.io/v1
                kind: AuthorizationPolicy
                metadata: {name: a, namespace: b}
                spec: {rules: [{when: [{key: "request.headers%s", values: [x]}]}]}
                """;
        assertThat(KubeYaml.parse(policy.formatted("[a]".repeat(50_000)), "f.yaml", Reading.CHECKED)
                        .problems())
                .isEmpty();
        assertThat(KubeYaml.parse(policy.formatted("[a]".repeat(50_000) + "["), "f.yaml", Reading.CHECKED)
                        .problems())
                .hasSize(1);

        assertThat(Checks.isTrustDomain("a" + ".a-a".repeat(50_000))).isTrue();
        assertThat(Checks.isTrustDomain("a" + ".a-a".repeat(50_000) + ".-")).isFalse();
    }

    private static String mutate(Random random) {
        StringBuilder text = new StringBuilder(TEXT);
        for (int i = random.nextInt(6); i >= 0 && !text.isEmpty(); i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, SPICE.charAt(random.nextInt(SPICE.length())));
                case 2 -> text.setLength(at);
                default -> {
                    byte[] bytes = new byte[random.nextInt(8)];
                    random.nextBytes(bytes);
                    text.insert(at, new String(bytes, StandardCharsets.ISO_8859_1));
                }
            }
        }
        return text.toString();
    }
}
