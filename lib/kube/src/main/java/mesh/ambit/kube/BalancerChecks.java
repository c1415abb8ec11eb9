package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import mesh.ambit.kube.TrafficPolicy.Distribution;
import mesh.ambit.kube.TrafficPolicy.LoadBalancer;
import mesh.ambit.kube.TrafficPolicy.Locality;
import org.jspecify.annotations.Nullable;

/** What upstream's admission webhook refuses in how a destination's endpoints are chosen. */
final class BalancerChecks {
    private static final int MAX_PERCENT = 100;

    /** Proxies cannot have larger ones. */
    private static final int MAX_MAGLEV_TABLE = 5_000_011;

    private static final Set<String> TOPOLOGY =
            Set.of("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone");

    private BalancerChecks() {}

    static void check(Fields fields, LoadBalancer balancer) {
        hash(fields.childOrEmpty("consistentHash"));
        Locality locality = balancer.locality();
        Fields zones = fields.child("zoneAwareLbSetting");
        if (locality != null && zones != null) {
            fields.found(
                    ProblemCode.CONFLICTING_FIELDS, "zoneAwareLbSetting", "stands beside localityLbSetting", "use one");
        }
        if (locality != null) {
            locality(fields.childOrEmpty("localityLbSetting"), locality);
        }
        if (zones != null) {
            List<String> labels = zones.textList("failoverPriority");
            for (int i = 0; i < labels.size(); i++) {
                if (TOPOLOGY.contains(labels.get(i))) {
                    zones.foundItem(
                            ProblemCode.CONFLICTING_FIELDS,
                            "failoverPriority",
                            i,
                            labels.get(i) + " counts anyway",
                            "name other labels, and regions in failover");
                }
            }
            failover(zones);
        }
        warmup(fields.child("warmup"));
        Fields utilization = fields.childOrEmpty("backendUtilization");
        for (String name : List.of("weightExpirationPeriod", "weightStabilizationPeriod", "weightUpdatePeriod")) {
            SpecFields.duration(utilization, name);
        }
    }

    private static void hash(Fields hash) {
        Fields cookie = hash.child("httpCookie");
        if (cookie != null) {
            if (cookie.text("name").isEmpty()) {
                cookie.found(ProblemCode.MISSING_FIELD, "name", "a cookie needs a name", "");
            }
            Set<String> names = new HashSet<>();
            for (Fields attribute : cookie.children("attributes")) {
                String name = attribute.text("name");
                if (name.isEmpty()) {
                    attribute.found(ProblemCode.MISSING_FIELD, "name", "an attribute needs a name", "");
                } else if (!names.add(name)) {
                    attribute.found(ProblemCode.CONFLICTING_FIELDS, "name", "\"" + name + "\" is there already", "");
                }
            }
        }
        Integer ring = hash.numberOrNull("minimumRingSize");
        if (ring != null && ring != 0 && (hash.has("ringHash") || hash.has("maglev"))) {
            hash.found(
                    ProblemCode.CONFLICTING_FIELDS, "minimumRingSize", "stands beside ringHash or maglev", "use one");
        }
        if (hash.has("maglev")) {
            int table = hash.childOrEmpty("maglev").number("tableSize");
            if (table < 1 || table >= MAX_MAGLEV_TABLE || !isPrime(table)) {
                hash.found(
                        ProblemCode.INVALID_VALUE,
                        "maglev",
                        table + " is no size of a table",
                        "set tableSize to a prime number below " + MAX_MAGLEV_TABLE);
            }
        }
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

    private static void locality(Fields fields, Locality locality) {
        boolean moves = !fields.children("failover").isEmpty();
        if (!locality.distribute().isEmpty() && moves) {
            fields.found(ProblemCode.CONFLICTING_FIELDS, "distribute", "stands beside failover", "use one");
            return;
        }
        for (int i = 0; i < locality.failoverPriority().size() && moves; i++) {
            String label = locality.failoverPriority().get(i);
            if (TOPOLOGY.contains(label)) {
                fields.foundItem(
                        ProblemCode.CONFLICTING_FIELDS,
                        "failoverPriority",
                        i,
                        label + " stands beside failover",
                        "remove one");
            }
        }
        List<String> from = new ArrayList<>();
        List<Fields> distribute = fields.children("distribute");
        for (int i = 0; i < locality.distribute().size(); i++) {
            distribution(distribute.get(i), locality.distribute().get(i));
            from.add(locality.distribute().get(i).from());
        }
        String wrong = Localities.wrong(from);
        if (!wrong.isEmpty()) {
            fields.found(ProblemCode.INVALID_VALUE, "distribute", wrong, "region, region/zone or region/zone/subzone");
        }
        failover(fields);
    }

    private static void distribution(Fields fields, Distribution read) {
        boolean shares = read.to().values().stream().allMatch(share -> share > 0 && share <= MAX_PERCENT);
        long total = read.to().values().stream().mapToLong(Integer::longValue).sum();
        if (!shares || total != MAX_PERCENT) {
            fields.found(
                    ProblemCode.INVALID_VALUE,
                    "to",
                    "shares add up to " + total,
                    "expected " + MAX_PERCENT + ", each from 1");
        }
        String wrong = Localities.wrong(read.to().keySet());
        if (!wrong.isEmpty()) {
            fields.found(ProblemCode.INVALID_VALUE, "to", wrong, "region, region/zone or region/zone/subzone");
        }
    }

    private static void failover(Fields fields) {
        for (Fields each : fields.children("failover")) {
            String from = each.text("from");
            String to = each.text("to");
            if (from.equals(to)) {
                each.foundHere(ProblemCode.INVALID_VALUE, "\"" + from + "\" fails over to itself", "name two regions");
            }
            for (String name : List.of("from", "to")) {
                String region = name.equals("to") ? to : from;
                if (region.indexOf('/') >= 0 || region.indexOf('*') >= 0) {
                    each.found(ProblemCode.INVALID_VALUE, name, "\"" + region + "\" is no region", "name a whole one");
                }
            }
        }
    }

    private static void warmup(@Nullable Fields fields) {
        if (fields == null) {
            return;
        }
        if (!fields.has("duration")) {
            fields.found(ProblemCode.MISSING_FIELD, "duration", "must be there", "for example 30s");
        }
        SpecFields.checkSpans(fields, "duration");
        Double minimum = fields.decimalOrNull("minimumPercent");
        if (minimum != null && minimum > MAX_PERCENT) {
            fields.found(ProblemCode.INVALID_VALUE, "minimumPercent", "is over 100", "0 to 100");
        }
        Double aggression = fields.decimalOrNull("aggression");
        if (aggression != null && aggression <= 0) {
            fields.found(ProblemCode.INVALID_VALUE, "aggression", "is not over 0", "1 for a straight line");
        }
    }
}
