package mesh.ambit.istiod.proxyless;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.TrafficPolicy;
import mesh.ambit.kube.TrafficPolicy.Distribution;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.LoadBalancing.Scope;
import mesh.ambit.model.Locality;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoints of a cluster come first for a client, by where both are. What a DestinationRule says of it counts before
 * the traffic distribution of the service, as in the reference; only endpoints that have to be near stay what they are.
 *
 * @param scopes what a client shares with near endpoints, the widest first; none where the rule decides or all are alike
 * @param strict whether endpoints that are not near are none at all
 * @param rule what decides instead; null for nothing
 */
record Nearness(List<Scope> scopes, boolean strict, TrafficPolicy.@Nullable Locality rule) {
    /** From what is nearest to what is merely there. */
    private static final List<Scope> NEAR_FIRST = List.of(Scope.REGION, Scope.ZONE, Scope.SUBZONE);

    private static final String NETWORK_LABEL = "topology.istio.io/network";

    /** Priorities that regions, zones and failover between regions tell apart. */
    private static final int PLACES = 5;

    private static final int NEITHER = 4;

    Nearness {
        scopes = List.copyOf(scopes);
    }

    static Nearness of(Service service, DestinationPolicy policy) {
        LoadBalancing balancing = service.loadBalancing();
        if (balancing.mode() == LoadBalancing.Mode.STRICT) {
            return new Nearness(balancing.routingPreference(), true, null);
        }
        TrafficPolicy.Locality rule = policy.locality();
        if (rule != null) {
            boolean enabled = !Boolean.FALSE.equals(rule.enabled());
            // Without outlier detection nobody would ever go on to the next priority; shares need none.
            boolean decides =
                    enabled && (policy.failsOver() || !rule.distribute().isEmpty());
            return new Nearness(List.of(), false, decides ? rule : null);
        }
        if (balancing.mode() == LoadBalancing.Mode.FAILOVER) {
            return new Nearness(balancing.routingPreference(), false, null);
        }
        return new Nearness(policy.failsOver() ? NEAR_FIRST : List.of(), false, null);
    }

    /** Returns whether it matters where the client is. */
    boolean matters() {
        return !scopes.isEmpty() || rule != null;
    }

    /** Returns whether it matters which labels endpoints have. */
    boolean readsLabels() {
        return rule != null && !rule.failoverPriority().isEmpty();
    }

    /**
     * Returns the priority of an endpoint, 0 for the nearest ones, with gaps; -1 for one that is not to be used.
     *
     * @param own labels of the client
     * @param labels of the endpoint
     */
    int priority(Place place, Map<String, String> own, Workload workload, Map<String, String> labels) {
        if (rule == null) {
            int shared = place.shared(scopes, workload);
            if (strict) {
                return shared < scopes.size() ? -1 : 0;
            }
            return scopes.size() - shared;
        }
        if (!rule.distribute().isEmpty()) {
            return 0;
        }
        if (rule.failoverPriority().isEmpty()) {
            return byPlace(place, workload, rule.failover());
        }
        int priority = byLabels(
                rule.failoverPriority(),
                placed(own, place.locality(), place.network(), place.cluster(), place.node()),
                placed(labels, workload.locality(), workload.network(), workload.clusterId(), workload.node()));
        return rule.failover().isEmpty() ? priority : priority * PLACES + byPlace(place, workload, rule.failover());
    }

    private static int byPlace(Place place, Workload workload, Map<String, String> failover) {
        int priority = NEAR_FIRST.size() - place.shared(NEAR_FIRST, workload);
        String next = failover.get(place.locality().region());
        return priority == NEAR_FIRST.size()
                        && next != null
                        && !next.equals(workload.locality().region())
                ? NEITHER
                : priority;
    }

    private static int byLabels(List<String> wanted, Map<String, String> own, Map<String, String> labels) {
        int elsewhere = 0;
        for (int i = 0; i < wanted.size(); i++) {
            String[] parts = wanted.get(i).split("=", -1);
            String expected = parts.length == 2 ? parts[1] : own.getOrDefault(parts[0], "");
            if (expected.equals(labels.getOrDefault(parts[0], ""))) {
                continue;
            }
            // Another network is behind everything, and the other labels tell its endpoints apart too.
            if (i == 0 && wanted.getFirst().equals(NETWORK_LABEL)) {
                elsewhere = wanted.size();
                continue;
            }
            return elsewhere + wanted.size() - i;
        }
        return elsewhere;
    }

    /** Returns labels with those that say where somebody is. */
    private static Map<String, String> placed(
            Map<String, String> labels, Locality locality, @Nullable String network, String cluster, String node) {
        Map<String, String> all = new HashMap<>(labels);
        put(all, "topology.kubernetes.io/region", locality.region());
        put(all, "topology.kubernetes.io/zone", locality.zone());
        put(all, "topology.istio.io/subzone", locality.subzone());
        put(all, NETWORK_LABEL, network == null ? "" : network);
        put(all, "topology.istio.io/cluster", cluster);
        put(all, "kubernetes.io/hostname", node);
        return all;
    }

    private static void put(Map<String, String> labels, String name, String value) {
        if (!value.isEmpty()) {
            labels.put(name, value);
        }
    }

    /**
     * Returns the shares of places in what a client at {@code from} sends; null when nothing is said of that. A place that
     * is not in it gets nothing.
     *
     * @param weights of places by their endpoints
     */
    @Nullable
    Map<Locality, Long> shares(Locality from, Map<Locality, Long> weights) {
        if (rule == null) {
            return null;
        }
        for (Distribution distribution : rule.distribute()) {
            if (matches(distribution.from(), from)) {
                return shares(distribution.to(), weights);
            }
        }
        return null;
    }

    private static Map<Locality, Long> shares(Map<String, Integer> to, Map<Locality, Long> weights) {
        Map<Locality, Long> shares = new HashMap<>();
        List<String> patterns = new ArrayList<>(to.keySet());
        // The closest first: each place has one share.
        patterns.sort(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        Map<Locality, Long> left = new HashMap<>(weights);
        for (String pattern : patterns) {
            Map<Locality, Long> found = new HashMap<>(left);
            found.keySet().removeIf(place -> !matches(pattern, place));
            left.keySet().removeAll(found.keySet());
            long total = found.values().stream().mapToLong(Long::longValue).sum();
            long share = to.getOrDefault(pattern, 0);
            found.forEach((place, weight) -> {
                if (share > 0 && weight > 0) {
                    shares.put(place, (long) Math.ceil((double) weight * share / total));
                }
            });
        }
        return shares;
    }

    /** Returns whether a place is of a pattern {@code region/zone/subzone}; a star or nothing stands for any. */
    private static boolean matches(String pattern, Locality place) {
        String[] parts = pattern.split("/", -1);
        return (parts[0].equals("*") || parts[0].equals(place.region()))
                && isAnyOr(parts, 1, place.zone())
                && isAnyOr(parts, 2, place.subzone());
    }

    private static boolean isAnyOr(String[] parts, int at, String value) {
        return parts.length <= at || parts[at].isEmpty() || parts[at].equals("*") || parts[at].equals(value);
    }
}
