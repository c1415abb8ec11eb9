package mesh.ambit.ztunnel.inpod;

import java.util.Locale;
import mesh.ambit.headers.Baggage;
import mesh.ambit.model.Workload;
import mesh.ambit.telemetry.WorkloadLabels;

/** What a workload says of itself in a tunnel, and what a peer's words are worth: labels. */
public final class WorkloadBaggage {
    private WorkloadBaggage() {}

    /** Returns what we tell a peer about our workload. */
    public static Baggage of(Workload workload) {
        return new Baggage(
                workload.clusterId(),
                workload.namespace(),
                workload.workloadType().name().toLowerCase(Locale.ROOT),
                workload.workloadName(),
                workload.canonicalName(),
                workload.canonicalRevision(),
                workload.locality().region(),
                workload.locality().zone());
    }

    /** Returns the labels of a peer that only its baggage describes. */
    public static WorkloadLabels labels(Baggage baggage) {
        return WorkloadLabels.ofBaggage(
                baggage.clusterName(),
                baggage.namespace(),
                baggage.workloadName(),
                baggage.serviceName(),
                baggage.serviceVersion(),
                baggage.region(),
                baggage.zone());
    }
}
