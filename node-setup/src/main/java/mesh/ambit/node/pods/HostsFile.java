package mesh.ambit.node.pods;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * The {@code hosts} and {@code resolv.conf} that programs of a pod see: services by all the names that a cluster's DNS
 * would know them by.
 */
final class HostsFile {
    private HostsFile() {}

    /** Returns the {@code hosts} of {@code pod}. */
    static String hosts(PodRecord pod, ServiceView services, String domain) {
        StringBuilder text = new StringBuilder();
        text.append("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
        for (InetAddress address : pod.addresses()) {
            text.append(address.getHostAddress())
                    .append(' ')
                    .append(pod.key().name())
                    .append('\n');
        }
        for (Map.Entry<String, List<InetAddress>> service : services.names().entrySet()) {
            String names = names(service.getKey(), pod.key().namespace(), domain);
            for (InetAddress address : service.getValue()) {
                text.append(address.getHostAddress()).append(' ').append(names).append('\n');
            }
        }
        return text.toString();
    }

    /** Returns the {@code resolv.conf} of a pod in {@code namespace}. It names no server: there is none to ask yet. */
    static String resolvConf(String namespace, String domain) {
        return "search " + namespace + ".svc." + domain + " svc." + domain + " " + domain + "\noptions ndots:5\n";
    }

    private static String names(String service, String ownNamespace, String domain) {
        int dot = service.lastIndexOf('.');
        String longer = service + ".svc." + domain + " " + service + ".svc " + service;
        // The bare name means a service of one's own namespace.
        return service.substring(dot + 1).equals(ownNamespace) ? longer + " " + service.substring(0, dot) : longer;
    }
}
