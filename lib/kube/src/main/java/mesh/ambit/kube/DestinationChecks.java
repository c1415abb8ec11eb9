package mesh.ambit.kube;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.TrafficPolicy.ClientTls;
import mesh.ambit.kube.TrafficPolicy.LoadBalancer;
import mesh.ambit.kube.TrafficPolicy.OutlierDetection;
import org.jspecify.annotations.Nullable;

/** What upstream's admission webhook refuses in destination rules, beyond the schema. */
final class DestinationChecks {
    private static final int MAX_PERCENT = 100;

    private static final String CONFIG_MAP = "configmap://";

    /** What can be said of a single port. */
    private static final List<String> SETTINGS = List.of("loadBalancer", "connectionPool", "outlierDetection", "tls");

    private DestinationChecks() {}

    static void rule(Fields spec, DestinationRule rule) {
        if (!Hosts.isHost(rule.host())) {
            spec.found(ProblemCode.INVALID_NAME, "host", "\"" + rule.host() + "\" is no host", "");
        }
        String namespace = rule.metadata().namespace();
        Exports.check(spec, namespace, rule.exportTo(), false);
        selector(spec, rule.workloadSelector(), rule.exportTo(), namespace);
        policy(spec.child("trafficPolicy"), rule.policy(), namespace);
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
            Checks.instanceLabels(subsets.get(i), "labels", subset.labels());
            policy(subsets.get(i).child("trafficPolicy"), subset.policy(), namespace);
        }
    }

    /** A rule for some of the clients is for those of its own namespace. */
    private static void selector(
            Fields spec, @Nullable WorkloadSelector selector, List<String> exports, String namespace) {
        if (selector == null) {
            return;
        }
        Checks.selector(spec.childOrEmpty("workloadSelector"), "matchLabels", selector.matchLabels());
        if (exports.stream().anyMatch(export -> !export.equals(".") && !export.equals(namespace))) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "exportTo",
                    "a rule with a workloadSelector counts in its own namespace only",
                    "use ., or remove it");
        }
    }

    private static void policy(@Nullable Fields fields, @Nullable TrafficPolicy policy, String namespace) {
        if (fields == null || policy == null) {
            return;
        }
        if (fields.saysNothing()) {
            fields.foundHere(ProblemCode.NO_EFFECT, "asks for nothing", "remove it");
        }
        settings(fields, policy, namespace);
        TrafficPolicy.Tunnel tunnel = policy.tunnel();
        if (tunnel != null
                && (!(Hosts.isResolvable(tunnel.targetHost()) || Hosts.isAddress(tunnel.targetHost()))
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
        fields.children("portLevelSettings").forEach(port -> port(port, namespace));
    }

    /** Checks what is said of one port: what a whole policy may say, but for tunnels and the like. */
    private static void port(Fields fields, String namespace) {
        if (!fields.has("port")) {
            fields.found(ProblemCode.INVALID_PORT, "port", "says not which port is meant", "1 to 65535");
        }
        if (!SETTINGS.stream().anyMatch(fields::has)) {
            fields.foundHere(ProblemCode.NO_EFFECT, "asks for nothing", "one of " + String.join(", ", SETTINGS));
        }
        settings(fields, DestinationRules.settings(fields, Map.of()), namespace);
    }

    private static void settings(Fields fields, TrafficPolicy policy, String namespace) {
        LoadBalancer balancer = policy.loadBalancer();
        if (balancer != null) {
            BalancerChecks.check(fields.childOrEmpty("loadBalancer"), balancer);
        }
        OutlierDetection detection = policy.outlierDetection();
        if (detection != null
                && (isNoPercentage(detection.maxEjectionPercent()) || isNoPercentage(detection.minHealthPercent()))) {
            fields.found(ProblemCode.INVALID_VALUE, "outlierDetection", "a percentage is out of range", "0 to 100");
        }
        if (detection != null && !detection.splitExternalLocalOriginErrors()) {
            Integer failures = detection.consecutiveLocalOriginFailures();
            if (failures != null && failures != 0) {
                fields.found(
                        ProblemCode.CONFLICTING_FIELDS,
                        "outlierDetection",
                        "consecutiveLocalOriginFailures counts nothing",
                        "set splitExternalLocalOriginErrors");
            }
        }
        SpecFields.checkSpans(fields.childOrEmpty("outlierDetection"), "interval", "baseEjectionTime");
        Fields pool = fields.child("connectionPool");
        if (pool != null) {
            PoolChecks.check(pool);
        }
        ClientTls tls = policy.tls();
        if (tls != null) {
            tls(fields, tls, namespace);
        }
    }

    private static boolean isNoPercentage(@Nullable Integer percent) {
        return percent != null && (percent < 0 || percent > MAX_PERCENT);
    }

    private static void tls(Fields policy, ClientTls tls, String namespace) {
        Fields fields = policy.childOrEmpty("tls");
        boolean credential = !tls.credentialName().isEmpty();
        if (tls.credentialName().startsWith(CONFIG_MAP)) {
            String[] parts = tls.credentialName().substring(CONFIG_MAP.length()).split("/", -1);
            if (parts.length < 2 || parts[1].isEmpty() || !parts[0].equals(namespace)) {
                fields.found(
                        ProblemCode.INVALID_VALUE,
                        "credentialName",
                        "\"" + tls.credentialName() + "\" is no ConfigMap of the rule's own namespace",
                        "expected " + CONFIG_MAP + namespace + "/name");
            }
        }
        boolean simple = tls.mode().equals("SIMPLE");
        boolean mutual = tls.mode().equals("MUTUAL");
        boolean unverified = Boolean.TRUE.equals(tls.insecureSkipVerify());
        boolean asksForNames =
                !tls.caCertificates().isEmpty() || !tls.subjectAltNames().isEmpty();
        if (unverified && ((simple && (asksForNames || credential)) || (mutual && asksForNames))) {
            fields.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "insecureSkipVerify",
                    "stands beside what says how to verify",
                    simple
                            ? "remove it, or caCertificates, credentialName and subjectAltNames"
                            : "remove it, or caCertificates and subjectAltNames");
        }
        boolean files = !tls.clientCertificate().isEmpty()
                || !tls.privateKey().isEmpty()
                || !tls.caCertificates().isEmpty()
                || !tls.caCrl().isEmpty();
        if ((simple || mutual) && credential) {
            if (files) {
                fields.found(ProblemCode.CONFLICTING_FIELDS, "credentialName", "stands beside files", "use one");
            }
        } else if (mutual
                && (tls.clientCertificate().isEmpty() || tls.privateKey().isEmpty())) {
            policy.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "tls",
                    "MUTUAL needs clientCertificate and privateKey, or credentialName",
                    "");
        }
    }
}
