package mesh.ambit.model;

import java.util.List;

/**
 * How a service's port reaches its endpoints.
 *
 * @param servicePort the port that clients dial
 * @param targetPort the port that the application listens on; 0 where the endpoint decides
 * @param appProtocol what the port speaks, if the service says so
 */
public record Port(int servicePort, int targetPort, AppProtocol appProtocol) {
    /** Returns a port whose application protocol is not known. */
    public static Port of(int servicePort, int targetPort) {
        return new Port(servicePort, targetPort, AppProtocol.UNKNOWN);
    }

    /** Returns what {@code ports} map {@code servicePort} to, or 0 when they do not. */
    static int target(List<Port> ports, int servicePort) {
        for (Port port : ports) {
            if (port.servicePort() == servicePort) {
                return port.targetPort();
            }
        }
        return 0;
    }
}
