package mesh.ambit.ztunnel.app;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.config.Environment;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.xds.AdsNode;
import mesh.ambit.ztunnel.local.ProxyDefaults;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who we are and where: what the control plane is told, and what decides which workloads are ours.
 *
 * @param network our network id
 * @param node the node we serve; null serves whatever is handed over and fetches nothing ahead
 * @param clusterId our cluster
 * @param clusterDomain the domain under which the cluster's services have their names
 * @param trustDomain our own trust domain, for display
 * @param self our own pod; null when the environment does not describe it, and then it is not served
 * @param podName our own pod's name, perhaps empty
 * @param podNamespace its namespace, perhaps empty
 * @param instanceIp our own address; {@value #UNKNOWN_IP} when nobody told us
 * @param proxyMetadata texts that the control plane is told besides
 * @param jsonMetadata JSON values that it is told besides
 */
record NodeSettings(
        String network,
        @Nullable String node,
        String clusterId,
        String clusterDomain,
        String trustDomain,
        @Nullable WorkloadInfo self,
        String podName,
        String podNamespace,
        String instanceIp,
        SortedMap<String, String> proxyMetadata,
        SortedMap<String, Object> jsonMetadata) {
    static final String UNKNOWN_IP = "1.1.1.1";

    private static final Logger LOG = LoggerFactory.getLogger(NodeSettings.class);

    static NodeSettings from(Environment env, ProxyDefaults defaults) {
        return new NodeSettings(
                env.text("NETWORK", ""),
                env.text("NODE_NAME"),
                env.text("ISTIO_META_CLUSTER_ID", env.text("CLUSTER_ID", "Kubernetes")),
                env.text("CLUSTER_DOMAIN", "cluster.local"),
                env.text("TRUST_DOMAIN", SpiffeId.DEFAULT_TRUST_DOMAIN),
                self(env),
                env.text("POD_NAME", ""),
                env.text("POD_NAMESPACE", ""),
                env.text("INSTANCE_IP", UNKNOWN_IP),
                defaults.metadata(),
                json(env));
    }

    /** Returns how we introduce ourselves to the control plane. */
    AdsNode introduction() {
        Map<String, Object> metadata = new TreeMap<>(proxyMetadata);
        metadata.putAll(jsonMetadata);
        return AdsNode.ofNodeProxy(instanceIp, podName, podNamespace, node == null ? "" : node, metadata);
    }

    /** Values that are not JSON are left out: they are told to the control plane, nothing of ours depends on them. */
    private static SortedMap<String, Object> json(Environment env) {
        SortedMap<String, Object> values = new TreeMap<>();
        env.withPrefix("ISTIO_METAJSON_").forEach((name, text) -> {
            try {
                Object value = JsonText.parse(text);
                if (value != null) {
                    values.put(name, value);
                }
            } catch (IllegalArgumentException e) {
                LOG.warn("ISTIO_METAJSON_{} is left out: {}", name, e.getMessage());
            }
        });
        return values;
    }

    private static @Nullable WorkloadInfo self(Environment env) {
        String name = env.text("POD_NAME");
        String namespace = env.text("POD_NAMESPACE");
        String account = env.text("SERVICE_ACCOUNT");
        return name == null || namespace == null || account == null ? null : new WorkloadInfo(name, namespace, account);
    }
}
