package mesh.ambit.node.zds;

import java.util.Map;
import java.util.Set;

/**
 * What the connected ztunnels have said.
 *
 * @param connections how many there are that have been told of every pod
 * @param acknowledged uids of the pods that one of them serves
 * @param rejected why the newest of them does not serve a pod, by uid
 */
public record ZdsStatus(int connections, Set<String> acknowledged, Map<String, String> rejected) {
    public ZdsStatus {
        acknowledged = Set.copyOf(acknowledged);
        rejected = Map.copyOf(rejected);
    }
}
