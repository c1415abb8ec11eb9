package mesh.ambit.ztunnel.app;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.policy.IpBlock;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Match.ServiceAccountMatch;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.PolicySet;
import mesh.ambit.policy.StringMatch;

/** Policies as the configuration dump writes them. */
final class PolicyDump {
    private PolicyDump() {}

    static List<Map<String, Object>> policies(PolicySet set) {
        List<Policy> policies = new ArrayList<>(set.policies().values());
        policies.sort(Comparator.comparing(Policy::resourceName));
        return policies.stream().map(PolicyDump::policy).toList();
    }

    static Map<String, Object> policy(Policy policy) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", policy.name());
        map.put("namespace", policy.namespace());
        map.put(
                "scope",
                switch (policy.scope()) {
                    case GLOBAL -> "Global";
                    case NAMESPACE -> "Namespace";
                    case WORKLOAD_SELECTOR -> "WorkloadSelector";
                });
        map.put(
                "action",
                switch (policy.action()) {
                    case ALLOW -> "Allow";
                    case DENY -> "Deny";
                });
        map.put(
                "rules",
                policy.groups().stream()
                        .map(group -> group.clauses().stream()
                                .map(clause -> clause.matches().stream()
                                        .map(PolicyDump::match)
                                        .toList())
                                .toList())
                        .toList());
        map.put("dryRun", policy.dryRun());
        return map;
    }

    private static Map<String, Object> match(Match match) {
        Map<String, Object> map = new LinkedHashMap<>();
        put(map, "namespaces", match.namespaces().stream().map(PolicyDump::text).toList());
        put(
                map,
                "notNamespaces",
                match.notNamespaces().stream().map(PolicyDump::text).toList());
        put(
                map,
                "serviceAccounts",
                match.serviceAccounts().stream().map(PolicyDump::account).toList());
        put(
                map,
                "notServiceAccounts",
                match.notServiceAccounts().stream().map(PolicyDump::account).toList());
        put(map, "principals", match.principals().stream().map(PolicyDump::text).toList());
        put(
                map,
                "notPrincipals",
                match.notPrincipals().stream().map(PolicyDump::text).toList());
        put(map, "sourceIps", match.sourceIps().stream().map(IpBlock::toString).toList());
        put(
                map,
                "notSourceIps",
                match.notSourceIps().stream().map(IpBlock::toString).toList());
        put(
                map,
                "destinationIps",
                match.destinationIps().stream().map(IpBlock::toString).toList());
        put(
                map,
                "notDestinationIps",
                match.notDestinationIps().stream().map(IpBlock::toString).toList());
        put(map, "destinationPorts", match.destinationPorts());
        put(map, "notDestinationPorts", match.notDestinationPorts());
        return map;
    }

    private static Map<String, Object> text(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(String value) -> Map.of("Exact", value);
            case StringMatch.Prefix(String value) -> Map.of("Prefix", value);
            case StringMatch.Suffix(String value) -> Map.of("Suffix", value);
            case StringMatch.Presence() -> Map.of("Presence", List.of());
        };
    }

    private static Map<String, Object> account(ServiceAccountMatch match) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("namespace", match.namespace());
        map.put("serviceAccount", match.serviceAccount());
        return map;
    }

    private static void put(Map<String, Object> map, String key, List<?> values) {
        if (!values.isEmpty()) {
            map.put(key, values);
        }
    }
}
