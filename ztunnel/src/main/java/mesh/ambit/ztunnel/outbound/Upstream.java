package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * A workload chosen to take a connection.
 *
 * @param workload the workload
 * @param address the one of its addresses to use; null when none will do
 * @param port its own port, after every mapping
 * @param service the service it was chosen for; null when the workload itself was addressed
 */
record Upstream(
        Workload workload,
        @Nullable InetAddress address,
        int port,
        @Nullable Service service) {
    Upstream {
        requireNonNull(workload, "workload");
    }

    /** Returns whom we accept there: the names that the service adds, then the workload's own. */
    List<String> expectedSans() {
        String own = workload.identity().toString();
        if (service == null || service.subjectAltNames().isEmpty()) {
            return List.of(own);
        }
        List<String> all = new ArrayList<>(service.subjectAltNames());
        all.add(own);
        return all;
    }

    /** Returns the names that the service adds, and those alone. */
    List<String> serviceSans() {
        return service == null ? List.of() : service.subjectAltNames();
    }

    /**
     * Returns where to reach {@code port} of the workload: unresolved if it is known by a host name only, null if it is
     * not known at all.
     */
    @Nullable
    InetSocketAddress at(int port) {
        if (address != null) {
            return new InetSocketAddress(address, port);
        }
        return workload.hostname().isEmpty() ? null : InetSocketAddress.createUnresolved(workload.hostname(), port);
    }
}
