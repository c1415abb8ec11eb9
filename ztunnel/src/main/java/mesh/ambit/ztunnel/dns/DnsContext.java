package mesh.ambit.ztunnel.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import mesh.ambit.model.MeshView;
import mesh.ambit.relay.Transport;
import mesh.ambit.telemetry.DnsMetrics;
import org.jspecify.annotations.Nullable;

/**
 * What all DNS proxies of the process share.
 *
 * @param settings how they behave
 * @param ipv6 whether IPv6 addresses are told and listened on
 * @param transport how sockets are driven
 * @param mesh the mesh as it stands
 * @param conf name servers, read when a proxy starts
 * @param searchDomains what clients append to short names; null for what Kubernetes puts into a pod
 * @param hosts addresses of a lower-case name without its final dot in the {@code hosts} file
 * @param metrics where questions are counted
 */
public record DnsContext(
        DnsSettings settings,
        boolean ipv6,
        Transport transport,
        MeshView mesh,
        Supplier<ResolvConf> conf,
        @Nullable List<String> searchDomains,
        Function<String, List<InetAddress>> hosts,
        DnsMetrics metrics) {}
