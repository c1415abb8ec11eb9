package mesh.ambit.node.rules;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.StringJoiner;
import mesh.ambit.node.rules.NftScript.ChainType;
import mesh.ambit.node.rules.NftScript.Hook;
import mesh.ambit.node.rules.NftScript.NftChain;
import mesh.ambit.node.rules.NftScript.NftRule;

/**
 * What kube-proxy does in a cluster, for one pod: connections to a service's address go to one of its endpoints, drawn
 * by lot. It comes after the capture rules, so for captured connections the proxy decides.
 */
final class ServiceRules {
    static final String TABLE = "ambit-services";

    private static final String REDIRECT = "output";
    private static final String REFUSE = "refuse";

    private ServiceRules() {}

    /** Returns the transaction that puts {@code routes} in force. */
    static String script(Collection<ServiceRoute> routes) {
        NftScript script = new NftScript();
        script.refill(TABLE);
        script.add(new NftChain(TABLE, REDIRECT, ChainType.NAT, Hook.OUTPUT, -90));
        script.add(new NftChain(TABLE, REFUSE, ChainType.FILTER, Hook.OUTPUT, 0));
        for (ServiceRoute route : routes) {
            String name = NftScript.word(route.protocol()) + " " + socket(route.address(), route.port());
            String match = family(route.address()) + " daddr " + route.address().getHostAddress() + " "
                    + NftScript.word(route.protocol()) + " dport " + route.port() + " counter ";
            script.add(
                    route.endpoints().isEmpty()
                            ? new NftRule(TABLE, REFUSE, name, match + "reject with icmpx port-unreachable")
                            : new NftRule(TABLE, REDIRECT, name, match + redirect(route)));
        }
        return script.text();
    }

    /** Returns the transaction that leaves nothing behind. */
    static String remove() {
        NftScript script = new NftScript();
        script.remove(TABLE);
        return script.text();
    }

    private static String redirect(ServiceRoute route) {
        String dnat = "dnat " + family(route.address()) + " to ";
        if (route.endpoints().size() == 1) {
            InetSocketAddress only = route.endpoints().getFirst();
            return dnat + socket(only.getAddress(), only.getPort());
        }
        StringJoiner lots = new StringJoiner(", ", "{ ", " }");
        for (int i = 0; i < route.endpoints().size(); i++) {
            InetSocketAddress endpoint = route.endpoints().get(i);
            lots.add(i + " : " + endpoint.getAddress().getHostAddress() + " . " + endpoint.getPort());
        }
        return dnat + "numgen random mod " + route.endpoints().size() + " map " + lots;
    }

    private static String family(InetAddress address) {
        return address instanceof Inet6Address ? "ip6" : "ip";
    }

    private static String socket(InetAddress address, int port) {
        String ip = address.getHostAddress();
        return (address instanceof Inet6Address ? "[" + ip + "]" : ip) + ":" + port;
    }
}
