package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an API server would refuse is refused, with the field and a code that stays the same. */
class ValidationTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{apiVersion: v1, kind: Pod} | metadata.name | MISSING_FIELD",
                "{apiVersion: v1, kind: Pod, metadata: {name: Web}} | metadata.name | INVALID_NAME",
                "{apiVersion: v1, kind: Service, metadata: {name: 1web}, spec: {clusterIP: None}} | metadata.name | INVALID_NAME",
                "{apiVersion: v1, kind: Namespace, metadata: {name: a.b}} | metadata.name | INVALID_NAME",
                "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b_c}} | metadata.namespace | INVALID_NAME",
                "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {-x: y}}} | metadata.labels[-x] | INVALID_NAME",
                "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {x: a b}}} | metadata.labels[x] | INVALID_VALUE",
                "{apiVersion: v1, kind: Pod, metadata: {name: a, annotations: {x: true}}} | metadata.annotations[x] | WRONG_TYPE",
                "{apiVersion: v1, kind: Pod, metadata: {name: a, creationTimestamp: today}} | metadata.creationTimestamp | INVALID_VALUE",
                "{apiVersion: v1, kind: Pod, metadata: [a]} | metadata | WRONG_TYPE",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: {}}} | spec.containers | WRONG_TYPE",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwork: 'true'}} | spec.hostNetwork | WRONG_TYPE",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{ports: [{containerPort: 0}]}]}} | spec.containers[0].ports[0].containerPort | INVALID_PORT",
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, status: {podIPs: [{ip: here}]}} | status.podIPs[0].ip | INVALID_ADDRESS",
                "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 65536}]}} | spec.ports[0].port | INVALID_PORT",
                "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 99999999999}]}} | spec.ports[0].port | INVALID_VALUE",
                "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, protocol: tcp}]}} | spec.ports[0].protocol | INVALID_VALUE",
                "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}, {port: 81}]}} | spec.ports[1] | CONFLICTING_FIELDS",
                "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: 10.0.0.300, ports: [{port: 80}]}} | spec.clusterIP | INVALID_ADDRESS",
                "{apiVersion: v1, kind: Service, metadata: {name: a}} | spec.ports | MISSING_FIELD",
                "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}} | addressType | MISSING_FIELD",
                "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, addressType: IPv6, endpoints: [{addresses: [10.0.0.1]}]} | endpoints[0].addresses[0] | INVALID_ADDRESS",
                "{apiVersion: discovery.k8s.io/v1beta1, kind: EndpointSlice, metadata: {name: a}, addressType: IPv4} | apiVersion | UNSUPPORTED_VERSION",
                "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}, spec: {mtls: {mode: strict}}} | spec.mtls.mode | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}, spec: {mtls: STRICT}} | spec.mtls | WRONG_TYPE",
                "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}, spec: {mlts: {}}} | spec.mlts | UNKNOWN_FIELD",
                "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}, spec: {portLevelMtls: {80: {}}}} | spec.portLevelMtls | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}, spec: {selector: {matchLabels: {a: b}}, portLevelMtls: {http: {}}}} | spec.portLevelMtls.http | INVALID_PORT",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {action: BLOCK}} | spec.action | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{form: []}]}} | spec.rules[0].form | UNKNOWN_FIELD",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: [{source: {principal: [b]}}]}]}} | spec.rules[0].from[0].source.principal | UNKNOWN_FIELD",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{to: [{operation: {ports: [80]}}]}]}} | spec.rules[0].to[0].operation.ports[0] | WRONG_TYPE",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{to: [{operation: {ports: ['http']}}]}]}} | spec.rules[0].to[0].operation.ports[0] | INVALID_PORT",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: [{source: {ipBlocks: [10.0.0.0/33]}}]}]}} | spec.rules[0].from[0].source.ipBlocks[0] | INVALID_ADDRESS",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{when: [{key: source.ip, values: [x]}]}]}} | spec.rules[0].when[0].values[0] | INVALID_ADDRESS",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{when: [{key: source.ip}]}]}} | spec.rules[0].when[0] | MISSING_FIELD",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {action: CUSTOM, rules: [{}]}} | spec.provider | MISSING_FIELD",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {selector: {}, targetRefs: [{kind: Service, name: b}]}} | spec.selector | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {targetRefs: [{kind: Pod, name: b}]}} | spec.targetRefs[0].kind | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {targetRefs: [{kind: Service, name: b, namespace: c}]}} | spec.targetRefs[0].namespace | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {targetRef: {kind: Service, name: b}, targetRefs: [{kind: Service, name: c}]}} | spec.targetRef | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {action: DENY}} | spec.rules | NO_EFFECT",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {action: DENY, provider: {name: b}, rules: [{}]}} | spec.provider | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {action: CUSTOM, provider: {name: b}, rules: [{from: [{source: {namespaces: [c]}}]}]}} | spec.rules[0] | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: []}]}} | spec.rules[0].from | MISSING_FIELD",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: [{}]}]}} | spec.rules[0].from[0].source | MISSING_FIELD",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{to: [{operation: {}}]}]}} | spec.rules[0].to[0].operation | MISSING_FIELD",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: [{source: {principals: ['']}}]}]}} | spec.rules[0].from[0].source.principals[0] | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: [{source: {serviceAccounts: [b/c/d]}}]}]}} | spec.rules[0].from[0].source.serviceAccounts[0] | INVALID_NAME",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: [{source: {serviceAccounts: [b], namespaces: [c]}}]}]}} | spec.rules[0].from[0].source.serviceAccounts | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{to: [{operation: {paths: ['/a/{**}/{*}']}}]}]}} | spec.rules[0].to[0].operation.paths[0] | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{to: [{operation: {paths: ['/a/b{*}']}}]}]}} | spec.rules[0].to[0].operation.paths[0] | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{when: [{key: source.colour, values: [red]}]}]}} | spec.rules[0].when[0].key | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{when: [{key: 'request.headers[]', values: [red]}]}]}} | spec.rules[0].when[0].key | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a, annotations: {istio.io/dry-run: 'true'}}, spec: {action: AUDIT}} | spec.action | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}, spec: {selector: {matchLabels: {b: c}}, portLevelMtls: {}}} | spec.portLevelMtls | MISSING_FIELD",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: [{source: {trustDomains: [a/b]}}]}]}} | spec.rules[0].from[0].source.trustDomains[0] | INVALID_NAME",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: []}} | spec.hosts | MISSING_FIELD",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: ['*']}} | spec.hosts[0] | INVALID_NAME",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c], resoluton: DNS}} | spec.resoluton | UNKNOWN_FIELD",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c], addresses: [10.0.0.0/8], resolution: DNS}} | spec.addresses | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c], ports: [{number: 80, name: x}, {number: 80, name: y}]}} | spec.ports[1].number | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c], ports: [{number: 80, name: x, protocol: SMTP}]}} | spec.ports[0].protocol | INVALID_VALUE",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c, d.e], resolution: STATIC, ports: [{number: 80, name: x, protocol: TCP}]}} | spec.ports[0].protocol | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c], endpoints: [{address: 10.0.0.1}]}} | spec.endpoints | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c], resolution: STATIC, endpoints: [{address: a b}]}} | spec.endpoints[0].address | INVALID_ADDRESS",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c], resolution: STATIC, workloadSelector: {labels: {a: b}}, endpoints: [{address: 10.0.0.1}]}} | spec.workloadSelector | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: ['*.c'], resolution: DNS}} | spec.hosts | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: [b.c], resolution: DYNAMIC_DNS}} | spec.hosts[0] | INVALID_VALUE",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: ['*.c'], resolution: DYNAMIC_DNS, ports: [{number: 80, name: x, protocol: TCP}]}} | spec.ports[0] | INVALID_VALUE",
                "{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: a}, spec: {}} | spec.address | MISSING_FIELD",
                "{apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: a}, spec: {address: 'unix:///x', ports: {a: 1}}} | spec.ports | CONFLICTING_FIELDS",
                "{apiVersion: security.istio.io/v1, kind: RequestAuthentication, metadata: {name: a}, spec: {jwtRules: [{issuer: i, jwks: '{}'}]}} | spec.jwtRules[0].jwks | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: RequestAuthentication, metadata: {name: a}, spec: {jwtRules: [{issuer: i, jwks: '#'}]}} | spec.jwtRules[0].jwks | INVALID_VALUE",
                "{apiVersion: security.istio.io/v1, kind: RequestAuthentication, metadata: {name: a}, spec: {jwtRules: [{issuer: i, jwks: ' '}]}} | spec.jwtRules[0].jwks | INVALID_VALUE",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: MUTUAL}}]}}} | spec.trafficPolicy.portLevelSettings[0].tls | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {portLevelSettings: [{port: {number: 80}, outlierDetection: {maxEjectionPercent: 101}}]}}} | spec.trafficPolicy.portLevelSettings[0].outlierDetection | INVALID_VALUE",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: RANDOM}}, {port: {number: 80}, loadBalancer: {consistentHash: {httpCookie: {name: '', ttl: 0s}}}}]}}} | spec.trafficPolicy.portLevelSettings[1].loadBalancer.consistentHash.httpCookie.name | MISSING_FIELD",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {portLevelSettings: [{port: {number: 80}}]}}} | spec.trafficPolicy.portLevelSettings[0] | NO_EFFECT",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {portLevelSettings: [{tls: {mode: DISABLE}}]}}} | spec.trafficPolicy.portLevelSettings[0].port | INVALID_PORT",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {}}} | spec.trafficPolicy | NO_EFFECT",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {tunnel: {targetHost: b, targetPort: 80}, proxyProtocol: {version: V1}}}} | spec.trafficPolicy.proxyProtocol | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {connectionPool: {}}}} | spec.trafficPolicy.connectionPool | NO_EFFECT",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {connectionPool: {tcp: {maxConnections: -1}}}}} | spec.trafficPolicy.connectionPool.tcp.maxConnections | INVALID_VALUE",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {connectionPool: {http: {maxRetries: -1}}}}} | spec.trafficPolicy.connectionPool.http.maxRetries | INVALID_VALUE",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE, useClientProtocol: true}}}}} | spec.trafficPolicy.connectionPool.http.useClientProtocol | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {outlierDetection: {consecutiveLocalOriginFailures: 3}}}} | spec.trafficPolicy.outlierDetection | CONFLICTING_FIELDS",
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 9}}}}}} | spec.trafficPolicy.loadBalancer.consistentHash.maglev | INVALID_VALUE",
                "{apiVersion: v1} | '' | NOT_AN_OBJECT",
                "[1] | '' | NOT_AN_OBJECT"
            })
    void invalidObjectsAreRefusedWithFieldAndCode(String text, String field, ProblemCode code) {
        KubeYaml.Parsed parsed = KubeYaml.parse(text, "f.yaml", Reading.CHECKED);

        assertThat(parsed.objects()).isEmpty();
        assertThat(parsed.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.field()).isEqualTo(field);
            assertThat(problem.code()).isEqualTo(code);
            assertThat(problem.line()).isEqualTo(1);
            assertThat(problem.column()).isPositive();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {host: web, trafficPolicy: {portLevelSettings: [{port: {number: 80}, connectionPool: {tcp: {maxConnections: 0}}}, {port: {number: 80}, loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 65537}}}}]}}}",
                "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {hosts: ['*x', '*a.b', '*-a.b', '*.b']}}",
                "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: a}, spec: {rules: [{from: [{source: {trustDomains: [td, '*', 'a*', '*.b'], notTrustDomains: [x]}}]}]}}"
            })
    void whatTheReferenceTakesIsTaken(String text) {
        assertThat(KubeYaml.parse(text, "f.yaml", Reading.CHECKED).problems()).isEmpty();
    }

    @Test
    void everyMistakeOfAnObjectIsFoundAtOnce() {
        KubeYaml.Parsed parsed = KubeYaml.parse(
                "{apiVersion: v1, kind: Service, metadata: {name: A_}, spec: {type: X, ports: [{port: 0}]}}",
                "f.yaml",
                Reading.CHECKED);

        assertThat(parsed.problems()).hasSize(3);
    }

    @Test
    void nothingButTypesIsCheckedAsStored() {
        String text = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: A_}, "
                + "spec: {x: y, rules: [{to: [{operation: {ports: ['+80']}}]}]}}";

        KubeYaml.Parsed parsed = KubeYaml.parse(text, "f.yaml", Reading.AS_STORED);

        assertThat(parsed.problems()).isEmpty();
        assertThat(parsed.objects()).hasSize(1);
    }
}
