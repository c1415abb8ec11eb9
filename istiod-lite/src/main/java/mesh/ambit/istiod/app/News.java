package mesh.ambit.istiod.app;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;

/** Sorts of changes in the words by which the reference counts them. */
final class News {
    /** Of what node proxies and waypoints are told of workloads, services and policies. */
    static final String AMBIENT = "ambient";

    private News() {}

    /** Returns how many changes of each sort of update there are. */
    static Map<String, Long> updates(ObjectChanges changes) {
        Map<String, Long> updates = new TreeMap<>();
        changes.put().keySet().forEach(key -> updates.merge(update(key.kind(), "svc"), 1L, Long::sum));
        changes.removed().forEach(key -> updates.merge(update(key.kind(), "svcdelete"), 1L, Long::sum));
        return updates;
    }

    private static String update(Kind kind, String service) {
        return switch (kind) {
            case SERVICE -> service;
            case ENDPOINT_SLICE -> "eds";
            default -> "config";
        };
    }

    /** Returns for how many objects each reason for a push holds. */
    static Map<String, Long> triggers(Collection<ObjectKey> changed) {
        Map<String, Long> triggers = new TreeMap<>();
        for (ObjectKey key : changed) {
            String reason = switch (key.kind()) {
                case SERVICE, SERVICE_ENTRY -> "service";
                case ENDPOINT_SLICE -> "endpoint";
                case NAMESPACE -> "namespace";
                case POD, NODE, WORKLOAD_ENTRY -> AMBIENT;
                default -> "config";
            };
            triggers.merge(reason, 1L, Long::sum);
        }
        return triggers;
    }
}
