package mesh.ambit.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A workload in its part as endpoint of one service.
 *
 * @param workloadUid the workload
 * @param ports its own map from the service's ports to its own; empty where the service's map holds
 * @param status its health when it was stored
 */
public record Endpoint(String workloadUid, List<Port> ports, WorkloadStatus status) {
    public Endpoint {
        requireNonNull(workloadUid, "workloadUid");
        ports = List.copyOf(ports);
        requireNonNull(status, "status");
    }

    /** Returns whether the endpoint itself says what {@code servicePort} is, be it 0. */
    public boolean mapsPort(int servicePort) {
        for (Port port : ports) {
            if (port.servicePort() == servicePort) {
                return true;
            }
        }
        return false;
    }

    /** Returns the port that the endpoint itself maps {@code servicePort} to, or 0. */
    public int targetPort(int servicePort) {
        return Port.target(ports, servicePort);
    }
}
