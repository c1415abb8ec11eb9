package mesh.ambit.kube;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.TrafficPolicy.ClientTls;
import mesh.ambit.kube.TrafficPolicy.ConsistentHash;
import mesh.ambit.kube.TrafficPolicy.LoadBalancer;
import mesh.ambit.kube.TrafficPolicy.Locality;
import mesh.ambit.kube.TrafficPolicy.OutlierDetection;
import org.jspecify.annotations.Nullable;

/** What upstream's admission webhook refuses in destination rules, beyond the schema. */
final class DestinationChecks {
    private static final int MAX_PERCENT = 100;

    /** Proxies cannot have larger ones. */
    private static final int MAX_MAGLEV_TABLE = 5_000_011;

    /** What can be said of a single port. */
    private static final List<String> SETTINGS = List.of("loadBalancer", "connectionPool", "outlierDetection", "tls");

    private DestinationChecks() {}

    static void rule(Fields spec, DestinationRule rule) {
        if (!Hosts.isHost(rule.host())) {
            spec.found(ProblemCode.INVALID_NAME, "host", "\"" + rule.host() + "\" is no host", "");
        }
        Exports.check(spec, rule.metadata().namespace(), rule.exportTo(), false);
        policy(spec.child("trafficPolicy"), rule.policy());
        List<Fields> subsets = spec.children("subsets");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < subsets.size(); i++) {
            DestinationRule.Subset subset = rule.subsets().get(i);
            if (!names.add(subset.name())) {
                subsets.get(i).found(ProblemCode.INVALID_NAME, "name", "is there twice", "");
            }
            if (!Hosts.isLabel(subset.name())) {
                subsets.get(i)
                        .found(
                                ProblemCode.INVALID_NAME,
                                "name",
                                "\"" + subset.name() + "\" is not a name",
                                "expected letters, digits and inner hyphens, at most 63 characters");
            }
            Checks.labels(subsets.get(i), "labels", subset.labels());
            policy(subsets.get(i).child("trafficPolicy"), subset.policy());
        }
    }

    private static void policy(@Nullable Fields fields, @Nullable TrafficPolicy policy) {
        if (fields == null || policy == null) {
            return;
        }
        if (fields.saysNothing()) {
            fields.foundHere(ProblemCode.NO_EFFECT, "asks for nothing", "remove it");
        }
        settings(fields, policy);
        TrafficPolicy.Tunnel tunnel = policy.tunnel();
        if (tunnel != null
                && (tunnel.targetHost().isEmpty()
                        || tunnel.targetPort() < 1
                        || tunnel.targetPort() > Checks.MAX_PORT
                        || !Set.of("", "CONNECT", "POST").contains(tunnel.protocol()))) {
            fields.found(
                    ProblemCode.INVALID_VALUE,
                    "tunnel",
                    "needs targetHost, targetPort and protocol CONNECT or POST",
                    "");
        }
        if (tunnel != null && fields.has("proxyProtocol")) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "proxyProtocol", "stands beside tunnel", "use one");
        }
        fields.children("portLevelSettings").forEach(DestinationChecks::port);
    }

    /** Checks what is said of one port: what a whole policy may say, but for tunnels and the like. */
    private static void port(Fields fields) {
        int port = fields.childOrEmpty("port").number("number");
        if (port < 1 || port > Checks.MAX_PORT) {
            fields.found(ProblemCode.INVALID_PORT, "port", port + " is not a port", "1 to 65535");
        }
        if (!SETTINGS.stream().anyMatch(fields::has)) {
            fields.foundHere(ProblemCode.NO_EFFECT, "asks for nothing", "one of " + String.join(", ", SETTINGS));
        }
        settings(fields, DestinationRules.settings(fields, Map.of()));
    }

    private static void settings(Fields fields, TrafficPolicy policy) {
        LoadBalancer balancer = policy.loadBalancer();
        if (balancer != null) {
            balancer(fields, balancer);
        }
        OutlierDetection detection = policy.outlierDetection();
        if (detection != null
                && (isNoPercentage(detection.maxEjectionPercent()) || isNoPercentage(detection.minHealthPercent()))) {
            fields.found(ProblemCode.INVALID_VALUE, "outlierDetection", "a percentage is out of range", "0 to 100");
        }
        if (detection != null && !detection.splitExternalLocalOriginErrors()) {
            Integer failures = detection.consecutiveLocalOriginFailures();
            if (failures != null && failures > 0) {
                fields.found(
                        ProblemCode.CONFLICTING_FIELDS,
                        "outlierDetection",
                        "consecutiveLocalOriginFailures counts nothing",
                        "set splitExternalLocalOriginErrors");
            }
        }
        Fields pool = fields.child("connectionPool");
        if (pool != null) {
            pool(pool);
        }
        ClientTls tls = policy.tls();
        if (tls != null) {
            tls(fields, tls);
        }
    }

    private static void pool(Fields pool) {
        if (!pool.has("http") && !pool.has("tcp")) {
            pool.foundHere(ProblemCode.NO_EFFECT, "limits nothing", "http or tcp");
        }
        notNegative(pool.childOrEmpty("tcp"), "maxConnections");
        Fields http = pool.childOrEmpty("http");
        notNegative(
                http,
                "http1MaxPendingRequests",
                "http2MaxRequests",
                "maxRequestsPerConnection",
                "maxRetries",
                "maxConcurrentStreams");
        if (http.text("h2UpgradePolicy").equals("UPGRADE") && http.flag("useClientProtocol")) {
            http.found(ProblemCode.CONFLICTING_FIELDS, "useClientProtocol", "stands beside h2UpgradePolicy", "use one");
        }
    }

    private static void notNegative(Fields fields, String... names) {
        for (String name : names) {
            Integer number = fields.numberOrNull(name);
            if (number != null && number < 0) {
                fields.found(ProblemCode.INVALID_VALUE, name, number + " is negative", "");
            }
        }
    }

    private static boolean isNoPercentage(@Nullable Integer percent) {
        return percent != null && (percent < 0 || percent > MAX_PERCENT);
    }

    private static void balancer(Fields fields, LoadBalancer balancer) {
        ConsistentHash hash = balancer.consistentHash();
        if (hash != null) {
            int keys = (hash.header().isEmpty() ? 0 : 1)
                    + (hash.cookie() == null ? 0 : 1)
                    + (hash.sourceIp() ? 1 : 0)
                    + (hash.queryParameter().isEmpty() ? 0 : 1);
            if (keys != 1) {
                fields.found(
                        ProblemCode.CONFLICTING_FIELDS,
                        "loadBalancer",
                        "consistentHash needs exactly one thing to hash",
                        "httpHeaderName, httpCookie, useSourceIp or httpQueryParameterName");
            }
            TrafficPolicy.Cookie cookie = hash.cookie();
            if (cookie != null && cookie.name().isEmpty()) {
                fields.found(ProblemCode.MISSING_FIELD, "loadBalancer", "httpCookie needs a name", "");
            }
        }
        Integer table = hash == null ? null : hash.maglevTableSize();
        if (table != null && (table < 1 || table >= MAX_MAGLEV_TABLE || !isPrime(table))) {
            fields.found(
                    ProblemCode.INVALID_VALUE,
                    "loadBalancer",
                    table + " is no size of a maglev table",
                    "expected a prime number below " + MAX_MAGLEV_TABLE);
        }
        Locality locality = balancer.locality();
        if (locality == null) {
            return;
        }
        boolean failsOver =
                !locality.failover().isEmpty() || !locality.failoverPriority().isEmpty();
        if (!locality.distribute().isEmpty() && failsOver) {
            fields.found(
                    ProblemCode.CONFLICTING_FIELDS, "loadBalancer", "distribute stands beside failover", "use one");
        }
        for (TrafficPolicy.Distribution each : locality.distribute()) {
            boolean shares = each.to().values().stream().allMatch(share -> share > 0 && share <= MAX_PERCENT);
            long total =
                    each.to().values().stream().mapToLong(Integer::longValue).sum();
            if (!shares || total != MAX_PERCENT) {
                fields.found(
                        ProblemCode.INVALID_VALUE,
                        "loadBalancer",
                        "shares from " + each.from() + " add up to " + total,
                        "expected 100, each from 1");
            }
        }
        locality.failover().forEach((from, to) -> {
            if (from.equals(to)) {
                fields.found(ProblemCode.INVALID_VALUE, "loadBalancer", from + " fails over to itself", "");
            }
        });
    }

    /** Counts 1 as one, as the reference does. */
    private static boolean isPrime(int number) {
        for (int divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return true;
    }

    private static void tls(Fields fields, ClientTls tls) {
        boolean files = !tls.clientCertificate().isEmpty() || !tls.privateKey().isEmpty();
        boolean both = !tls.clientCertificate().isEmpty() && !tls.privateKey().isEmpty();
        String wrong = switch (tls.mode()) {
            case "ISTIO_MUTUAL" ->
                files
                                || !tls.caCertificates().isEmpty()
                                || !tls.credentialName().isEmpty()
                        ? "ISTIO_MUTUAL takes certificates from the mesh only"
                        : "";
            case "MUTUAL" ->
                tls.credentialName().isEmpty()
                        ? both ? "" : "MUTUAL needs clientCertificate and privateKey, or credentialName"
                        : files || !tls.caCertificates().isEmpty() ? "credentialName stands beside files" : "";
            default ->
                !tls.credentialName().isEmpty() && !tls.caCertificates().isEmpty()
                        ? "credentialName stands beside files"
                        : "";
        };
        if (!wrong.isEmpty()) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "tls", wrong, "");
        }
    }
}
