package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.NamespacedHostname;

/**
 * A Service or a ServiceEntry as its endpoints see it.
 *
 * @param hosts its keys in clients' eyes: one for a Service, one for each surviving host of a ServiceEntry
 * @param insists whether its endpoints insist on their waypoint
 */
record Member(ObjectKey source, List<NamespacedHostname> hosts, ServicePorts ports, boolean insists) {
    Member {
        hosts = List.copyOf(hosts);
    }
}
