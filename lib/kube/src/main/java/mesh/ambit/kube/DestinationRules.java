package mesh.ambit.kube;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.TrafficPolicy.ClientTls;
import mesh.ambit.kube.TrafficPolicy.ConnectionPool;
import mesh.ambit.kube.TrafficPolicy.ConsistentHash;
import mesh.ambit.kube.TrafficPolicy.Cookie;
import mesh.ambit.kube.TrafficPolicy.Distribution;
import mesh.ambit.kube.TrafficPolicy.Http;
import mesh.ambit.kube.TrafficPolicy.Keepalive;
import mesh.ambit.kube.TrafficPolicy.LoadBalancer;
import mesh.ambit.kube.TrafficPolicy.Locality;
import mesh.ambit.kube.TrafficPolicy.OutlierDetection;
import mesh.ambit.kube.TrafficPolicy.RetryBudget;
import mesh.ambit.kube.TrafficPolicy.Tcp;
import mesh.ambit.kube.TrafficPolicy.Tunnel;
import mesh.ambit.kube.TrafficPolicy.Warmup;
import org.jspecify.annotations.Nullable;

/** Reads destination rules. */
final class DestinationRules {
    private DestinationRules() {}

    static DestinationRule destinationRule(Fields object, ObjectMeta meta) {
        Fields spec = object.childOrEmpty("spec");
        List<DestinationRule.Subset> subsets = new ArrayList<>();
        for (Fields subset : spec.children("subsets")) {
            subsets.add(new DestinationRule.Subset(
                    subset.text("name"), subset.texts("labels"), policy(subset.child("trafficPolicy"))));
        }
        Fields selector = spec.child("workloadSelector");
        return new DestinationRule(
                meta,
                spec.text("host"),
                policy(spec.child("trafficPolicy")),
                subsets,
                spec.textList("exportTo"),
                selector == null ? null : new WorkloadSelector(selector.texts("matchLabels")));
    }

    private static @Nullable TrafficPolicy policy(@Nullable Fields policy) {
        if (policy == null) {
            return null;
        }
        Map<Integer, TrafficPolicy> ports = new TreeMap<>();
        for (Fields port : policy.children("portLevelSettings")) {
            ports.putIfAbsent(port.childOrEmpty("port").number("number"), settings(port, Map.of()));
        }
        return settings(policy, ports);
    }

    /** Returns what is said of a host, a subset or a port. */
    static TrafficPolicy settings(Fields policy, Map<Integer, TrafficPolicy> ports) {
        return new TrafficPolicy(
                loadBalancer(policy.child("loadBalancer")),
                connectionPool(policy.child("connectionPool")),
                outlierDetection(policy.child("outlierDetection")),
                tls(policy.child("tls")),
                ports,
                tunnel(policy.child("tunnel")),
                policy.childOrEmpty("proxyProtocol").text("version"),
                retryBudget(policy.child("retryBudget")));
    }

    private static @Nullable LoadBalancer loadBalancer(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        return new LoadBalancer(
                fields.text("simple"),
                consistentHash(fields.child("consistentHash")),
                locality(fields.child("localityLbSetting")),
                warmup(fields));
    }

    private static @Nullable ConsistentHash consistentHash(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        Fields cookie = fields.child("httpCookie");
        Integer ring = fields.childOrEmpty("ringHash").numberOrNull("minimumRingSize");
        return new ConsistentHash(
                fields.text("httpHeaderName"),
                cookie == null
                        ? null
                        : new Cookie(cookie.text("name"), cookie.text("path"), SpecFields.duration(cookie, "ttl")),
                fields.flag("useSourceIp"),
                fields.text("httpQueryParameterName"),
                ring == null ? fields.numberOrNull("minimumRingSize") : ring,
                fields.childOrEmpty("maglev").numberOrNull("tableSize"));
    }

    private static @Nullable Locality locality(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        List<Distribution> distribute = new ArrayList<>();
        for (Fields each : fields.children("distribute")) {
            Fields to = each.childOrEmpty("to");
            Map<String, Integer> shares = new LinkedHashMap<>();
            to.names().forEach(name -> shares.put(name, to.number(name)));
            distribute.add(new Distribution(each.text("from"), shares));
        }
        Map<String, String> failover = new LinkedHashMap<>();
        fields.children("failover").forEach(each -> failover.put(each.text("from"), each.text("to")));
        return new Locality(fields.flagOrNull("enabled"), distribute, failover, fields.textList("failoverPriority"));
    }

    private static @Nullable Warmup warmup(Fields loadBalancer) {
        Fields fields = loadBalancer.child("warmup");
        Duration duration = fields == null
                ? SpecFields.duration(loadBalancer, "warmupDurationSecs")
                : SpecFields.duration(fields, "duration");
        if (duration == null) {
            return null;
        }
        return fields == null
                ? new Warmup(duration, null, null)
                : new Warmup(duration, fields.decimalOrNull("minimumPercent"), fields.decimalOrNull("aggression"));
    }

    private static @Nullable ConnectionPool connectionPool(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        Fields tcp = fields.child("tcp");
        Fields http = fields.child("http");
        return new ConnectionPool(tcp == null ? Tcp.NONE : tcp(tcp), http == null ? Http.NONE : http(http));
    }

    private static Tcp tcp(Fields tcp) {
        Fields keepalive = tcp.child("tcpKeepalive");
        return new Tcp(
                tcp.numberOrNull("maxConnections"),
                SpecFields.duration(tcp, "connectTimeout"),
                SpecFields.duration(tcp, "idleTimeout"),
                SpecFields.duration(tcp, "maxConnectionDuration"),
                keepalive == null
                        ? null
                        : new Keepalive(
                                keepalive.numberOrNull("probes"),
                                SpecFields.duration(keepalive, "time"),
                                SpecFields.duration(keepalive, "interval")));
    }

    private static Http http(Fields http) {
        return new Http(
                http.numberOrNull("http1MaxPendingRequests"),
                http.numberOrNull("http2MaxRequests"),
                http.numberOrNull("maxRequestsPerConnection"),
                http.numberOrNull("maxRetries"),
                SpecFields.duration(http, "idleTimeout"),
                http.text("h2UpgradePolicy"),
                http.flag("useClientProtocol"),
                http.numberOrNull("maxConcurrentStreams"));
    }

    private static @Nullable OutlierDetection outlierDetection(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        Integer errors = fields.unsignedOrNull("consecutive5xxErrors");
        return new OutlierDetection(
                fields.flag("splitExternalLocalOriginErrors"),
                fields.unsignedOrNull("consecutiveLocalOriginFailures"),
                fields.unsignedOrNull("consecutiveGatewayErrors"),
                errors == null ? fields.numberOrNull("consecutiveErrors") : errors,
                SpecFields.duration(fields, "interval"),
                SpecFields.duration(fields, "baseEjectionTime"),
                fields.numberOrNull("maxEjectionPercent"),
                fields.numberOrNull("minHealthPercent"));
    }

    private static @Nullable ClientTls tls(@Nullable Fields fields) {
        return fields == null
                ? null
                : new ClientTls(
                        SpecFields.textOr(fields, "mode", "DISABLE"),
                        fields.text("clientCertificate"),
                        fields.text("privateKey"),
                        fields.text("caCertificates"),
                        fields.text("caCrl"),
                        fields.text("credentialName"),
                        fields.textList("subjectAltNames"),
                        fields.text("sni"),
                        fields.flagOrNull("insecureSkipVerify"));
    }

    private static @Nullable Tunnel tunnel(@Nullable Fields fields) {
        return fields == null
                ? null
                : new Tunnel(fields.text("protocol"), fields.text("targetHost"), fields.number("targetPort"));
    }

    private static @Nullable RetryBudget retryBudget(@Nullable Fields fields) {
        return fields == null
                ? null
                : new RetryBudget(
                        fields.decimalOrNull("percent"),
                        fields.numberOrNull("minRetryConcurrency"),
                        SpecFields.duration(fields, "budgetInterval"));
    }
}
