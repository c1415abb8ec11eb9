package mesh.ambit.node.pods;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * The {@code hosts} and {@code resolv.conf} that programs of a pod see: services by all the names that a cluster's DNS
 * would know them by.
 */
final class HostsFile {
    /** The fabric's own address, where nobody listens: any but a loopback address would do. */
    private static final String SERVER = "10.77.0.1";

    private static final String SERVER_V6 = "fd77::1";

    private HostsFile() {}

    /**
     * Returns the {@code hosts} of {@code pod}.
     *
     * @param machine what programs learn when they ask for the name of their host: it is the pod that they mean
     */
    static String hosts(PodRecord pod, ServiceView services, String domain, String machine) {
        StringBuilder text = new StringBuilder();
        text.append("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
        if (!machine.isEmpty() && !pod.addresses().isEmpty()) {
            text.append(pod.addresses().getFirst().getHostAddress())
                    .append(' ')
                    .append(machine)
                    .append('\n');
        }
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

    /**
     * Returns the {@code resolv.conf} of a pod. It names a server only where questions are captured:
     * then ztunnel answers, whoever was asked.
     *
     * @param captured whether questions of the pod to name servers go to its ztunnel
     */
    static String resolvConf(PodRecord pod, String domain, boolean captured) {
        StringBuilder text = new StringBuilder();
        if (captured) {
            boolean ipv4 = pod.addresses().stream().anyMatch(Inet4Address.class::isInstance);
            text.append("nameserver ").append(ipv4 ? SERVER : SERVER_V6).append('\n');
        }
        text.append("search ")
                .append(pod.key().namespace())
                .append(".svc.")
                .append(domain)
                .append(" svc.")
                .append(domain)
                .append(' ')
                .append(domain)
                .append("\noptions ndots:5");
        // A name that nobody knows is asked for with every suffix, and servers beyond may be out of reach from here.
        return text.append(captured ? " timeout:1 attempts:1\n" : "\n").toString();
    }

    private static String names(String service, String ownNamespace, String domain) {
        int dot = service.lastIndexOf('.');
        String longer = service + ".svc." + domain + " " + service + ".svc " + service;
        // The bare name means a service of one's own namespace.
        return service.substring(dot + 1).equals(ownNamespace) ? longer + " " + service.substring(0, dot) : longer;
    }
}
