package mesh.ambit.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Objects;
import java.util.function.Function;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * What the labels of a connection's series are made of; cheaper to compare than the labels themselves.
 *
 * @param sourceIdentity the client's, if it was proved
 */
record SeriesKey(
        Direction direction,
        @Nullable WorkloadLabels source,
        @Nullable WorkloadLabels destination,
        @Nullable ServiceLabels service,
        @Nullable SpiffeId sourceIdentity,
        @Nullable SpiffeId destinationIdentity,
        boolean mutualTls,
        ResponseFlag flag) {
    private static final String MANY = "overflow";
    private static final WorkloadLabels MANY_WORKLOADS =
            new WorkloadLabels(MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY, MANY);
    private static final ServiceLabels MANY_SERVICES = new ServiceLabels(MANY, MANY, MANY);

    static SeriesKey of(ConnectionDetails connection, ResponseFlag flag) {
        return new SeriesKey(
                connection.direction(),
                connection.sourceWorkload(),
                connection.destinationWorkload(),
                connection.service(),
                connection.mutualTls() ? connection.sourceIdentity() : null,
                connection.destinationIdentity(),
                connection.mutualTls(),
                flag);
    }

    /** Returns the key shared by all that came too late: names are gone, what has few values stays. */
    SeriesKey overflow() {
        return new SeriesKey(direction, MANY_WORKLOADS, MANY_WORKLOADS, MANY_SERVICES, null, null, mutualTls, flag);
    }

    /**
     * Returns upstream's labels in upstream's order; the four of localities are there when either end is known.
     *
     * @param reporter who saw it
     * @param protocol value of {@code request_protocol}
     */
    Labels labels(String reporter, String protocol) {
        Labels.Builder labels = Labels.builder()
                .label("reporter", reporter)
                .label("source_workload", of(source, WorkloadLabels::workload))
                .label("source_canonical_service", of(source, WorkloadLabels::canonicalName))
                .label("source_canonical_revision", of(source, WorkloadLabels::canonicalRevision))
                .label("source_workload_namespace", of(source, WorkloadLabels::namespace))
                .label("source_principal", of(sourceIdentity, SpiffeId::toString))
                .label("source_app", of(source, WorkloadLabels::app))
                .label("source_version", of(source, WorkloadLabels::canonicalRevision))
                .label("source_cluster", of(source, WorkloadLabels::cluster))
                .label("destination_service", of(service, ServiceLabels::hostname))
                .label("destination_service_namespace", of(service, ServiceLabels::namespace))
                .label("destination_service_name", of(service, ServiceLabels::name))
                .label("destination_workload", of(destination, WorkloadLabels::workload))
                .label("destination_canonical_service", of(destination, WorkloadLabels::canonicalName))
                .label("destination_canonical_revision", of(destination, WorkloadLabels::canonicalRevision))
                .label("destination_workload_namespace", of(destination, WorkloadLabels::namespace))
                .label("destination_principal", of(destinationIdentity, SpiffeId::toString))
                .label("destination_app", of(destination, WorkloadLabels::app))
                .label("destination_version", of(destination, WorkloadLabels::canonicalRevision))
                .label("destination_cluster", of(destination, WorkloadLabels::cluster))
                .label("request_protocol", protocol)
                .label("response_flags", flag.label())
                .label("connection_security_policy", mutualTls ? "mutual_tls" : Metrics.UNKNOWN);
        if (source != null || destination != null) {
            labels.label("source_region", of(source, WorkloadLabels::region))
                    .label("source_zone", of(source, WorkloadLabels::zone))
                    .label("destination_region", of(destination, WorkloadLabels::region))
                    .label("destination_zone", of(destination, WorkloadLabels::zone));
        }
        return labels.build();
    }

    private static <T> String of(@Nullable T value, Function<T, String> part) {
        return value == null ? Metrics.UNKNOWN : Metrics.orUnknown(part.apply(value));
    }

    /** Written out: a record's own goes through method handles, slow until they are compiled, and this is a key of the data path. */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof SeriesKey other
                && direction == other.direction
                && flag == other.flag
                && mutualTls == other.mutualTls
                && Objects.equals(source, other.source)
                && Objects.equals(destination, other.destination)
                && Objects.equals(service, other.service)
                && Objects.equals(sourceIdentity, other.sourceIdentity)
                && Objects.equals(destinationIdentity, other.destinationIdentity);
    }

    @Override
    public int hashCode() {
        int result = direction.hashCode();
        result = 31 * result + Objects.hashCode(source);
        result = 31 * result + Objects.hashCode(destination);
        result = 31 * result + Objects.hashCode(service);
        result = 31 * result + flag.hashCode();
        return result;
    }
}
