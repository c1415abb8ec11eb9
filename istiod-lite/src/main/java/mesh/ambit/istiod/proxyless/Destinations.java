package mesh.ambit.istiod.proxyless;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import mesh.ambit.kube.DestinationRule;
import mesh.ambit.kube.DestinationRule.Subset;
import mesh.ambit.kube.TrafficPolicy;
import mesh.ambit.kube.TrafficPolicy.ClientTls;
import mesh.ambit.kube.TrafficPolicy.ConnectionPool;
import mesh.ambit.kube.TrafficPolicy.ConsistentHash;
import mesh.ambit.kube.TrafficPolicy.LoadBalancer;
import mesh.ambit.kube.TrafficPolicy.OutlierDetection;
import mesh.ambit.kube.WorkloadSelector;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/** DestinationRules, and which of them counts for whom. Immutable. */
final class Destinations {
    private static final String LEAST_REQUEST = "LEAST_REQUEST";

    /** The former name of the same. */
    private static final String LEAST_CONN = "LEAST_CONN";

    private final String rootNamespace;
    private final String domainSuffix;

    /** The oldest first. */
    private final Map<String, List<DestinationRule>> byNamespace = new HashMap<>();

    /** Takes the rules, the oldest first. */
    Destinations(Collection<DestinationRule> rules, String rootNamespace, String domainSuffix) {
        this.rootNamespace = rootNamespace;
        this.domainSuffix = domainSuffix;
        for (DestinationRule rule : rules) {
            byNamespace
                    .computeIfAbsent(rule.metadata().namespace(), _ -> new ArrayList<>())
                    .add(rule);
        }
    }

    /** Returns how clients like {@code viewer} treat a cluster of {@code service}. */
    DestinationPolicy policy(Viewer viewer, Service service, ClusterName name, Remarks remarks) {
        List<DestinationRule> rules = find(viewer, service);
        TrafficPolicy general = null;
        Subset subset = null;
        for (DestinationRule rule : rules) {
            general = general == null ? rule.policy() : general;
            for (Subset declared : rule.subsets()) {
                subset = subset == null && declared.name().equals(name.subset()) ? declared : subset;
            }
        }
        boolean whole = name.subset().isEmpty();
        Map<String, String> labels = whole ? Map.of() : subset == null ? null : subset.labels();
        if (rules.isEmpty()) {
            return whole ? DestinationPolicy.NONE : DestinationPolicy.UNDECLARED;
        }
        TrafficPolicy own = whole || subset == null ? null : subset.policy();
        return new Translation(rules.getFirst(), remarks)
                .policy(labels, Parts.of(general, name.port()).under(own, name.port()));
    }

    /**
     * Returns the rules that count, all for the same host: those of the client's namespace, else of the service's, else
     * of the root; there, those for the closest host; of these, those for clients with certain labels, else for all.
     */
    private List<DestinationRule> find(Viewer viewer, Service service) {
        LinkedHashSet<String> namespaces = new LinkedHashSet<>();
        namespaces.add(viewer.namespace());
        namespaces.add(service.namespace());
        namespaces.add(rootNamespace);
        for (String namespace : namespaces) {
            List<DestinationRule> candidates = new ArrayList<>();
            for (DestinationRule rule : byNamespace.getOrDefault(namespace, List.of())) {
                if (fit(rule, service) > 0 && counts(rule, viewer)) {
                    candidates.add(rule);
                }
            }
            int closest = candidates.stream()
                    .mapToInt(rule -> fit(rule, service))
                    .max()
                    .orElse(0);
            if (closest > 0) {
                candidates.removeIf(rule -> fit(rule, service) != closest);
                return together(candidates);
            }
        }
        return List.of();
    }

    /**
     * Of rules for one host only those are read together that are for the same clients. Those for certain labels come
     * first, the oldest of them; of the others, as in the reference, those that were exported to others last.
     */
    private static List<DestinationRule> together(List<DestinationRule> rules) {
        SequencedMap<Audience, List<DestinationRule>> byAudience = new LinkedHashMap<>();
        for (DestinationRule rule : rules) {
            byAudience
                    .computeIfAbsent(Audience.of(rule), _ -> new ArrayList<>())
                    .add(rule);
        }
        for (Map.Entry<Audience, List<DestinationRule>> entry : byAudience.entrySet()) {
            if (entry.getKey().labels() != null) {
                return entry.getValue();
            }
        }
        return byAudience.lastEntry().getValue();
    }

    /** Whom a rule is for: clients with labels, null for all, in namespaces. */
    private record Audience(@Nullable Map<String, String> labels, Set<String> namespaces) {
        static Audience of(DestinationRule rule) {
            WorkloadSelector selector = rule.workloadSelector();
            Set<String> namespaces = new HashSet<>();
            for (String each : rule.exportTo().isEmpty() ? List.of("*") : rule.exportTo()) {
                namespaces.add(each.equals(".") ? rule.metadata().namespace() : each);
            }
            return new Audience(selector == null ? null : selector.matchLabels(), namespaces);
        }
    }

    private int fit(DestinationRule rule, Service service) {
        return Hosts.fit(Hosts.full(rule.host(), rule.metadata().namespace(), domainSuffix), service.hostname());
    }

    private static boolean counts(DestinationRule rule, Viewer viewer) {
        WorkloadSelector selector = rule.workloadSelector();
        String home = rule.metadata().namespace();
        if (selector != null) {
            return home.equals(viewer.namespace())
                    && viewer.labels()
                            .entrySet()
                            .containsAll(selector.matchLabels().entrySet());
        }
        return home.equals(viewer.namespace()) || Rules.isExported(rule.exportTo(), home, viewer.namespace());
    }

    /** The parts of a policy that are of use, each with the rule's own precedence. */
    private record Parts(
            @Nullable LoadBalancer balancer,
            @Nullable ConnectionPool pool,
            @Nullable OutlierDetection outliers,
            @Nullable ClientTls tls) {
        static final Parts NONE = new Parts(null, null, null, null);

        /** A port with settings of its own has none of the others. */
        static Parts of(@Nullable TrafficPolicy policy, int port) {
            if (policy == null) {
                return NONE;
            }
            TrafficPolicy own = policy.ports().getOrDefault(port, policy);
            return new Parts(own.loadBalancer(), own.connectionPool(), own.outlierDetection(), own.tls());
        }

        /** Returns these parts where {@code policy} says nothing of its own; what it says of the port stands alone. */
        Parts under(@Nullable TrafficPolicy policy, int port) {
            if (policy == null) {
                return this;
            }
            return policy.ports().containsKey(port) ? of(policy, port) : over(policy);
        }

        private Parts over(TrafficPolicy policy) {
            return new Parts(
                    policy.loadBalancer() == null ? balancer : policy.loadBalancer(),
                    policy.connectionPool() == null ? pool : policy.connectionPool(),
                    policy.outlierDetection() == null ? outliers : policy.outlierDetection(),
                    policy.tls() == null ? tls : policy.tls());
        }
    }

    /** Parts to what a gRPC client can do. */
    private record Translation(DestinationRule rule, Remarks remarks) {
        DestinationPolicy policy(@Nullable Map<String, String> labels, Parts parts) {
            ConnectionPool pool = parts.pool();
            Integer requests = pool == null ? null : pool.http().http2MaxRequests();
            OutlierDetection outliers = parts.outliers();
            LoadBalancer balancer = parts.balancer();
            ClientTls tls = parts.tls();
            return new DestinationPolicy(
                    labels,
                    balancer == null ? null : hash(balancer),
                    balancer != null && isLeastBusy(balancer),
                    requests == null ? 0 : Math.max(requests, 0),
                    outliers == null ? null : ejection(outliers),
                    tls == null ? DestinationPolicy.Tls.NONE : tls(tls),
                    tls == null ? List.of() : tls.subjectAltNames(),
                    outliers != null,
                    balancer == null ? null : balancer.locality());
        }

        private static boolean isLeastBusy(LoadBalancer balancer) {
            return balancer.consistentHash() == null
                    && (balancer.simple().equals(LEAST_REQUEST)
                            || balancer.simple().equals(LEAST_CONN));
        }

        private DestinationPolicy.@Nullable Hash hash(LoadBalancer balancer) {
            ConsistentHash hash = balancer.consistentHash();
            if (hash == null) {
                switch (balancer.simple()) {
                    case "", "UNSPECIFIED", "ROUND_ROBIN", LEAST_REQUEST, LEAST_CONN -> {}
                    default -> remarks.add(rule, balancer.simple() + " is ROUND_ROBIN");
                }
                return null;
            }
            long ring = hash.ringSize() == null ? Clusters.defaultRing() : hash.ringSize();
            if (hash.maglevTableSize() != null) {
                remarks.add(rule, "maglev is ringHash");
            }
            if (!hash.header().isEmpty()) {
                return new DestinationPolicy.Hash(hash.header(), ring);
            }
            if (hash.sourceIp()) {
                return new DestinationPolicy.Hash("", ring);
            }
            remarks.add(rule, "consistentHash by cookie or query parameter is ROUND_ROBIN");
            return null;
        }

        private DestinationPolicy.Ejection ejection(OutlierDetection outliers) {
            remarks.add(rule, "outlierDetection counts no consecutive errors; no endpoint is ejected");
            return new DestinationPolicy.Ejection(
                    outliers.interval(), outliers.baseEjectionTime(), outliers.maxEjectionPercent());
        }

        private DestinationPolicy.Tls tls(ClientTls tls) {
            return switch (tls.mode()) {
                case "", "DISABLE" -> DestinationPolicy.Tls.NONE;
                case "ISTIO_MUTUAL" -> DestinationPolicy.Tls.MUTUAL;
                default -> {
                    remarks.add(rule, "tls.mode " + tls.mode() + " is not possible, so nothing is sent to the host");
                    yield DestinationPolicy.Tls.IMPOSSIBLE;
                }
            };
        }
    }
}
