package mesh.ambit.istiod.ambient;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.OwnerReference;
import mesh.ambit.kube.Pod;
import mesh.ambit.kube.WorkloadEntry;
import org.jspecify.annotations.Nullable;

/**
 * What a workload is called in telemetry. In every chain a label counts when it is present, even if it is empty: it then
 * leaves the name empty.
 */
final class WorkloadNames {
    /** The time of a CronJob's run, in minutes or seconds since the epoch, ends the names of its Jobs. */
    private static final Pattern CRON_JOB_RUN = Pattern.compile("(.+)-\\d{8,10}");

    private static final String DEFAULT_REVISION = "latest";

    private WorkloadNames() {}

    /** Returns the name of what the pod belongs to, a Deployment for instance, or else the pod's own. */
    static String workloadName(Pod pod) {
        ObjectMeta meta = pod.metadata();
        String label = meta.labels().get(Labels.WORKLOAD_NAME);
        if (label != null) {
            return label;
        }
        OwnerReference owner = controller(meta);
        if (meta.generateName().isEmpty() || owner == null) {
            return meta.name();
        }
        String name = ownersName(owner, meta.labels());
        return name.isEmpty() ? meta.name() : name;
    }

    private static String ownersName(OwnerReference owner, Map<String, String> labels) {
        return switch (owner.kind()) {
            case "ReplicaSet" -> replicaSetName(owner.name(), labels);
            case "ReplicationController" -> {
                String config = labels.getOrDefault("deploymentconfig", "");
                yield config.isEmpty() ? owner.name() : config;
            }
            case "Job" -> {
                Matcher run = CRON_JOB_RUN.matcher(owner.name());
                yield run.matches() ? run.group(1) : owner.name();
            }
            default -> owner.name();
        };
    }

    /** Returns the name of the group that a WorkloadEntry registered itself for, or else its own. */
    static String workloadName(WorkloadEntry entry, Map<String, String> labels) {
        String group = entry.metadata().annotations().get(Labels.AUTO_REGISTRATION_GROUP);
        if (group != null) {
            return group;
        }
        return labels.getOrDefault(Labels.WORKLOAD_NAME, entry.metadata().name());
    }

    /** Returns the name under which the workload appears in telemetry. */
    static String canonicalName(Map<String, String> labels, String workloadName) {
        return firstPresent(labels, workloadName, Labels.CANONICAL_NAME, "app.kubernetes.io/name", "app");
    }

    /** Returns the version under which the workload appears in telemetry. */
    static String canonicalRevision(Map<String, String> labels) {
        return firstPresent(
                labels, DEFAULT_REVISION, Labels.CANONICAL_REVISION, "app.kubernetes.io/version", "version");
    }

    private static String firstPresent(Map<String, String> labels, String otherwise, String... keys) {
        for (String key : keys) {
            String value = labels.get(key);
            if (value != null) {
                return value;
            }
        }
        return otherwise;
    }

    private static @Nullable OwnerReference controller(ObjectMeta meta) {
        for (OwnerReference owner : meta.ownerReferences()) {
            if (owner.controller()) {
                return owner;
            }
        }
        return null;
    }

    /** Cuts the hash that a Deployment, or a Rollout of Argo, puts at the end of its ReplicaSets' names. */
    private static String replicaSetName(String name, Map<String, String> labels) {
        for (String key : new String[] {"pod-template-hash", "rollouts-pod-template-hash"}) {
            String hash = labels.getOrDefault(key, "");
            if (!hash.isEmpty() && name.endsWith(hash)) {
                return name.endsWith("-" + hash) ? name.substring(0, name.length() - hash.length() - 1) : name;
            }
        }
        return name;
    }
}
