package mesh.ambit.ztunnel.app;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.config.Environment;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.WorkloadInfo;
import org.jspecify.annotations.Nullable;

/**
 * Who we are and where: what the control plane is told, and what decides which workloads are ours.
 *
 * @param network our network id
 * @param node the node we serve; null serves whatever is handed over and fetches nothing ahead
 * @param clusterId our cluster
 * @param trustDomain our own trust domain, for display
 * @param self our own pod; null when the environment does not describe it, and then it is not served
 * @param podName our own pod's name, perhaps empty
 * @param podNamespace its namespace, perhaps empty
 * @param instanceIp our own address, perhaps empty
 * @param metadata what the control plane is told about us besides
 */
record NodeSettings(
        String network,
        @Nullable String node,
        String clusterId,
        String trustDomain,
        @Nullable WorkloadInfo self,
        String podName,
        String podNamespace,
        String instanceIp,
        SortedMap<String, String> metadata) {
    static NodeSettings from(Environment env) {
        return new NodeSettings(
                env.text("NETWORK", ""),
                env.text("NODE_NAME"),
                env.text("ISTIO_META_CLUSTER_ID", env.text("CLUSTER_ID", "Kubernetes")),
                env.text("TRUST_DOMAIN", SpiffeId.DEFAULT_TRUST_DOMAIN),
                self(env),
                env.text("POD_NAME", ""),
                env.text("POD_NAMESPACE", ""),
                env.text("INSTANCE_IP", ""),
                new TreeMap<>(Map.copyOf(env.withPrefix("ISTIO_META_"))));
    }

    private static @Nullable WorkloadInfo self(Environment env) {
        String name = env.text("POD_NAME");
        String namespace = env.text("POD_NAMESPACE");
        String account = env.text("SERVICE_ACCOUNT");
        return name == null || namespace == null || account == null ? null : new WorkloadInfo(name, namespace, account);
    }
}
