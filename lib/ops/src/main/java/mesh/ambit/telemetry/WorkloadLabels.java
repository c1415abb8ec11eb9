package mesh.ambit.telemetry;

import mesh.ambit.model.RecentValues;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection as logs and metrics name it. Unknown parts are empty.
 *
 * @param name what logs call it: the pod's name, or whatever stands for one that is known from baggage only
 * @param workload workload name, such as the Deployment's
 * @param namespace its namespace
 * @param canonicalName canonical service
 * @param canonicalRevision canonical revision, which is also the version
 * @param app the canonical name for a workload of the mesh, the workload name for one known from baggage only
 * @param cluster its cluster
 * @param region first part of its locality
 * @param zone second part of its locality
 */
public record WorkloadLabels(
        String name,
        String workload,
        String namespace,
        String canonicalName,
        String canonicalRevision,
        String app,
        String cluster,
        String region,
        String zone) {
    private static final RecentValues<WorkloadLabels> RECENT = new RecentValues<>();

    /** Returns the labels of a workload that the control plane described. */
    public static WorkloadLabels of(Workload workload) {
        return RECENT.of(new WorkloadLabels(
                workload.name(),
                workload.workloadName(),
                workload.namespace(),
                workload.canonicalName(),
                workload.canonicalRevision(),
                workload.canonicalName(),
                workload.clusterId(),
                workload.locality().region(),
                workload.locality().zone()));
    }

    /** Returns the labels of a peer that only its baggage describes; logs call it by its canonical service. */
    public static WorkloadLabels ofBaggage(
            String cluster,
            String namespace,
            String workload,
            String canonicalName,
            String canonicalRevision,
            String region,
            String zone) {
        return RECENT.of(new WorkloadLabels(
                canonicalName, workload, namespace, canonicalName, canonicalRevision, workload, cluster, region, zone));
    }

    /** Written out: a record's own goes through method handles, slow until they are compiled, and this is a key of the data path. */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof WorkloadLabels other
                && name.equals(other.name)
                && workload.equals(other.workload)
                && namespace.equals(other.namespace)
                && canonicalName.equals(other.canonicalName)
                && canonicalRevision.equals(other.canonicalRevision)
                && app.equals(other.app)
                && cluster.equals(other.cluster)
                && region.equals(other.region)
                && zone.equals(other.zone);
    }

    @Override
    public int hashCode() {
        int result = name.hashCode();
        result = 31 * result + workload.hashCode();
        result = 31 * result + namespace.hashCode();
        result = 31 * result + canonicalRevision.hashCode();
        return result;
    }
}
