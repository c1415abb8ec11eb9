package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the reference's admission refuses of routes and traffic policies is refused, and what it takes is taken. */
class TrafficAdmissionTest {
    private static final String GATEWAY = "hosts: [a.example, '*.b.example'], gateways: [ns/g], ";
    private static final String MESH = "hosts: [a.example, '*.b.example'], ";
    private static final String ROUTE = "route: [{destination: {host: b}}]";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "match: [{headers: {'x y': {exact: a}}}] | match[0].headers[x y]",
                "match: [{headers: {':foo': {}}}] | match[0].headers[:foo]",
                "match: [{withoutHeaders: {'': {}}}] | match[0].withoutHeaders[]",
                "match: [{headers: {x: {prefix: ''}}}] | match[0].headers.x",
                "match: [{headers: {x: {regex: ''}}}] | match[0].headers.x",
                "match: [{queryParams: {x: {prefix: ''}}}] | match[0].queryParams.x",
                "match: [{scheme: {prefix: ''}}] | match[0].scheme",
                "match: [{headers: {'@request.auth.claims.a': {exact: b}}}] | match[0].headers[@request.auth.claims.a]",
                "match: [{sourceLabels: {a: -b}}] | match[0].sourceLabels[a]",
                "match: [{sourceLabels: {a/b/c: d}}] | match[0].sourceLabels[a/b/c]",
                "match: [{sourceNamespace: a.b}] | match[0].sourceNamespace",
                "match: [{gateways: [ns/]}] | match[0].gateways[0]",
                "match: [{port: 65536}] | match[0].port",
                "headers: {request: {set: {':path': /}}} | headers.request.set[:path]",
                "headers: {request: {remove: [':authority']}} | headers.request.remove[0]",
                "headers: {response: {add: {Host: a}}} | headers.response.add[Host]",
                "headers: {request: {set: {a: '100%'}}} | headers.request.set[a]",
                "headers: {request: {set: {host: a}, add: {':authority': b}}} | headers",
                "headers: {request: {set: {host: a}}}, rewrite: {authority: b} | headers",
                "rewrite: {} | rewrite",
                "rewrite: {uriRegexRewrite: {match: a}} | rewrite.uriRegexRewrite",
                "retries: {attempts: 0, retryOn: 5xx} | retries",
                "retries: {attempts: 1, retryOn: '5xx, 503'} | retries.retryOn",
                "retries: {attempts: 1, perTryTimeout: 1.0001s} | retries.perTryTimeout",
                "timeout: 1.0000001s | timeout",
                "fault: {abort: {grpcStatus: not_found}} | fault.abort.grpcStatus",
                "fault: {abort: {http2Error: a}} | fault.abort.http2Error",
                "fault: {delay: {exponentialDelay: 1s}} | fault.delay.exponentialDelay",
                "fault: {delay: {fixedDelay: 1s, percentage: {value: 0.00001}}} | fault.delay.percentage",
                "mirror: {host: '*'} | mirror",
                "mirrors: [{destination: {host: b, port: {}}}] | mirrors[0]",
                "mirror_percent: 101 | mirror_percent",
                "corsPolicy: {allowOrigins: [{exact: ''}]} | corsPolicy.allowOrigins[0]",
                "corsPolicy: {allowMethods: [get]} | corsPolicy.allowMethods[0]",
                "corsPolicy: {allowHeaders: ['x y']} | corsPolicy.allowHeaders[0]",
                "corsPolicy: {maxAge: 1.5s} | corsPolicy.maxAge",
            })
    void ruleIsRefused(String rule, String field) {
        assertThat(problems("VirtualService", MESH + "http: [{" + ROUTE + ", " + rule + "}]"))
                .extracting(Problem::field)
                .containsExactly("spec.http[0]." + field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "match: [{headers: {':method': {exact: a}, X_a!: {}}, withoutHeaders: {b: {regex: '*'}}, uri: {prefix: ''}}]",
                "match: [{queryParams: {'': {exact: ''}}, sourceLabels: {A.b/c: d}, port: 0, sourceNamespace: A}]",
                "headers: {request: {set: {Host: a, x: '%REQ(a)% 100%%'}, add: {y: '%A([\"b\", \"c\"])%'}}}",
                "rewrite: {uriRegexRewrite: {match: a, rewrite: b}}, retries: {attempts: 1, retryOn: '5xx,503,reset'}",
                "fault: {abort: {}}, mirrors: [], mirror: {host: b}",
                "fault: {abort: {httpStatus: 600, percentage: {value: 0.0001}}, delay: {percent: 500, fixedDelay: 1ms}}",
                "corsPolicy: {allowMethods: ['*'], allowHeaders: ['*'], maxAge: 60s}",
            })
    void ruleIsTaken(String rule) {
        assertThat(problems("VirtualService", MESH + "http: [{" + ROUTE + ", " + rule + "}]"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redirect: {} | spec.http[0].redirect",
                "redirect: {uri: /a, prefixRewrite: /b} | spec.http[0].redirect",
                "match: [{uri: {exact: /a}}], redirect: {prefixRewrite: /b} | spec.http[0].redirect",
                "redirect: {scheme: ftp} | spec.http[0].redirect.scheme",
                "redirect: {uri: /a}, delegate: {name: b} | spec.http[0]",
                "directResponse: {status: 200}, fault: {abort: {}} | spec.http[0].fault",
            })
    void answerIsRefused(String rule, String field) {
        assertThat(problems("VirtualService", MESH + "http: [{" + rule + "}]"))
                .extracting(Problem::field)
                .containsExactly(field);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tls: [{match: [{sniHosts: [c.example]}], %s}] | spec.tls[0].match[0].sniHosts[0]",
                "tls: [{match: [{sniHosts: ['*.example']}], %s}] | spec.tls[0].match[0].sniHosts[0]",
                "tls: [{match: [{sniHosts: [a_b]}], %s}] | spec.tls[0].match[0].sniHosts[0]",
                "tls: [{match: [{port: 443}], %s}] | spec.tls[0].match[0].sniHosts",
                "tls: [{match: [{sniHosts: [a.example], gateways: [a_b]}], %s}] | spec.tls[0].match[0].gateways[0]",
                "tcp: [{match: [{sourceLabels: {'': a}}], %s}] | spec.tcp[0].match[0].sourceLabels[]",
                "hosts: [a.b.example, '*.b.example'], tcp: [{%s}] | spec.hosts[1]",
                "hosts: [outbound_.x_._.a], tls: [{match: [{sniHosts: [a.example]}], %s}] | spec.hosts[0]",
            })
    void connectionIsRefused(String rules, String field) {
        String spec = rules.formatted(ROUTE);
        assertThat(problems("VirtualService", spec.startsWith("hosts") ? spec : GATEWAY + spec))
                .extracting(Problem::field)
                .contains(field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hosts: ['*.b.example'], tls: [{match: [{sniHosts: ['*.c.b.example', x.b.example, 1.2.3.4]}], %s}]",
                "hosts: ['*'], gateways: [g], tls: [{match: [{sniHosts: [outbound_.80_._.a]}], %s}]",
                "hosts: [a], gateways: [g], http: [{match: [{headers: {'@request.auth.claims[a]': {exact: b}}}], %s}]",
                "hosts: [a], http: [{directResponse: {status: 200}, delegate: {name: b}}]",
            })
    void virtualServiceIsTaken(String spec) {
        assertThat(problems("VirtualService", spec.formatted(ROUTE))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connectionPool: {http: {http2KeepAlive: {interval: 1s}}} | connectionPool.http.http2KeepAlive.timeout",
                "connectionPool: {tcp: {tcpKeepalive: {time: 1.0001s}}} | connectionPool.tcp.tcpKeepalive.time",
                "connectionPool: {tcp: {idleTimeout: 1.0001s}} | connectionPool.tcp.idleTimeout",
                "outlierDetection: {interval: 1.0001s} | outlierDetection.interval",
                "loadBalancer: {warmup: {}} | loadBalancer.warmup.duration",
                "loadBalancer: {backendUtilization: {weightUpdatePeriod: a}}"
                        + " | loadBalancer.backendUtilization.weightUpdatePeriod",
                "loadBalancer: {consistentHash: {httpCookie: {name: a, attributes: [{name: b}, {name: b}]}}}"
                        + " | loadBalancer.consistentHash.httpCookie.attributes[1].name",
                "loadBalancer: {consistentHash: {maglev: {}}} | loadBalancer.consistentHash.maglev",
                "loadBalancer: {localityLbSetting: {failover: [{from: a/b, to: c}]}}"
                        + " | loadBalancer.localityLbSetting.failover[0].from",
                "loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {b: 100}}, {from: a/c, to: {b: 100}}]}}"
                        + " | loadBalancer.localityLbSetting.distribute",
                "loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}], failoverPriority:"
                        + " [topology.kubernetes.io/zone]}} | loadBalancer.localityLbSetting.failoverPriority[0]",
                "loadBalancer: {zoneAwareLbSetting: {failoverPriority: [topology.kubernetes.io/zone]}}"
                        + " | loadBalancer.zoneAwareLbSetting.failoverPriority[0]",
                "loadBalancer: {zoneAwareLbSetting: {failover: [{}]}} | loadBalancer.zoneAwareLbSetting.failover[0]",
                "loadBalancer: {zoneAwareLbSetting: {}, localityLbSetting: {}} | loadBalancer.zoneAwareLbSetting",
                "tls: {mode: SIMPLE, insecureSkipVerify: true, caCertificates: a} | tls.insecureSkipVerify",
                "tls: {mode: SIMPLE, credentialName: 'configmap://b/c'} | tls.credentialName",
                "tls: {mode: SIMPLE, credentialName: a, caCrl: b} | tls.credentialName",
                "tunnel: {targetHost: a_b, targetPort: 80} | tunnel",
            })
    void policyIsRefused(String policy, String field) {
        assertThat(problems("DestinationRule", "host: a, trafficPolicy: {" + policy + "}"))
                .extracting(Problem::field)
                .containsExactly("spec.trafficPolicy." + field);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loadBalancer: {consistentHash: {}}",
                "loadBalancer: {localityLbSetting: {distribute: [{from: a/b, to: {c/*: 100}}, {from: a/*, to: {c/d: 1, c/*: 99}}]}}",
                "loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}], failoverPriority: [app]}}",
                "loadBalancer: {warmup: {duration: 1s, minimumPercent: 0}}",
                "connectionPool: {tcp: {idleTimeout: 0s}}",
                "tls: {mode: ISTIO_MUTUAL, caCertificates: a}",
                "tls: {mode: SIMPLE, credentialName: 'configmap://ns/c'}",
                "tunnel: {targetHost: 1.2.3.4, targetPort: 80}",
            })
    void policyIsTaken(String policy) {
        assertThat(problems("DestinationRule", "host: a, trafficPolicy: {" + policy + "}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exportTo: ['*']", "exportTo: [., other]"})
    void ruleForSomeClientsStaysInItsNamespace(String exports) {
        assertThat(problems("DestinationRule", "host: a, workloadSelector: {matchLabels: {a: b}}, " + exports))
                .extracting(Problem::field)
                .containsExactly("spec.exportTo");
    }

    private static List<Problem> problems(String kind, String spec) {
        String text = "{apiVersion: networking.istio.io/v1, kind: %s, metadata: {name: n, namespace: ns}, spec: {%s}}"
                .formatted(kind, spec);
        return KubeYaml.parse(text, "f.yaml", Reading.CHECKED).problems();
    }
}
