package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mesh.ambit.kube.Gateway;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * A way into a network: declared in our own cluster by a Gateway of the class for that, or found in another cluster,
 * whose own way in from outside it is.
 *
 * @param cluster where it is said; empty for our own
 * @param address an IP address or a host name
 * @param hbonePort 0 for one that was found: the usual one is meant, and it is no way for what is not shared
 */
record NetworkGateway(
        String cluster,
        String network,
        String namespace,
        String name,
        String serviceAccount,
        String address,
        int hbonePort) {
    static final String REMOTE_CLASS = "istio-remote";
    private static final String EAST_WEST_CLASS = "istio-east-west";

    /** Returns the network that a Gateway of {@code cluster} leads to, or null when it leads to none. */
    static @Nullable String network(Gateway gateway, String cluster) {
        String network = gateway.metadata().labels().getOrDefault(Labels.NETWORK, "");
        String expected = cluster.isEmpty() ? REMOTE_CLASS : EAST_WEST_CLASS;
        return network.isEmpty() || !gateway.gatewayClassName().equals(expected) ? null : network;
    }

    /** Returns one for each address that a Gateway of {@code cluster} has, in that order. */
    private static List<NetworkGateway> of(Gateway gateway, String cluster) {
        String network = network(gateway, cluster);
        int port = gateway.listeners().stream()
                .filter(listener -> listener.protocol().equals("HBONE"))
                .filter(listener -> cluster.isEmpty() || listener.tlsMode().equals("Terminate"))
                .mapToInt(listener -> cluster.isEmpty() ? listener.port() : 0)
                .findFirst()
                .orElse(-1);
        if (network == null || port < 0) {
            return List.of();
        }
        String account = gateway.metadata().annotations().getOrDefault(Labels.GATEWAY_SERVICE_ACCOUNT, "");
        List<NetworkGateway> gateways = new ArrayList<>();
        for (Gateway.Address address : gateway.addresses()) {
            if (address.type().equals(Gateway.Address.IP) || address.type().equals(Gateway.Address.HOSTNAME)) {
                gateways.add(new NetworkGateway(
                        cluster,
                        network,
                        gateway.metadata().namespace(),
                        gateway.metadata().name(),
                        account.isEmpty() ? defaultAccount(gateway) : account,
                        address.value(),
                        port));
            }
        }
        return gateways;
    }

    /**
     * Returns the ways in that a Gateway of {@code cluster} says: of another cluster without the addresses that one of the
     * same name in our own says too, which then speaks for both.
     */
    static List<NetworkGateway> of(Gateway gateway, String cluster, MeshReader reader) {
        List<NetworkGateway> gateways = of(gateway, cluster);
        Gateway ours = cluster.isEmpty() ? null : reader.visible(Gateway.class, gateway.key());
        if (ours == null) {
            return gateways;
        }
        Set<String> said = of(ours, "").stream().map(NetworkGateway::address).collect(Collectors.toSet());
        return gateways.stream().filter(each -> !said.contains(each.address())).toList();
    }

    /** Returns as whom a gateway runs when it does not say so: a declared one as its class has it, others as themselves. */
    private static String defaultAccount(Gateway gateway) {
        String name = gateway.metadata().name();
        return gateway.gatewayClassName().equals(REMOTE_CLASS) ? name + "-" + REMOTE_CLASS : name;
    }

    /** Returns the ways into a network, those first that our own cluster declares. */
    static List<NetworkGateway> to(MeshReader reader, String network) {
        SortedMap<String, List<Gateway>> found = new TreeMap<>();
        for (ObjectKey key : reader.keys(Facts.GATEWAYS, network)) {
            Gateway gateway = reader.visible(Gateway.class, key);
            if (gateway != null) {
                found.computeIfAbsent(key.cluster(), _ -> new ArrayList<>()).add(gateway);
            }
        }
        List<NetworkGateway> gateways = new ArrayList<>();
        found.forEach((cluster, each) -> {
            each.sort(Seniority.OLDEST_FIRST);
            each.forEach(gateway -> gateways.addAll(of(gateway, cluster, reader)));
        });
        return List.copyOf(gateways);
    }

    /** Returns where connections to its network go. */
    GatewayAddress gatewayAddress(int port) {
        InetAddress ip = Addresses.parseZoned(address);
        return new GatewayAddress(
                ip == null ? new NamespacedHostname(namespace, address) : new NetworkAddress(network, ip), port);
    }

    /** Returns it as clients need it to find and to trust it. */
    Workload workload(String trustDomain) {
        String uid = "NetworkGateway/" + network + "/" + address + "/" + hbonePort;
        InetAddress ip = Addresses.parseZoned(address);
        return Workload.builder(uid)
                .name(uid)
                .namespace(namespace)
                .network(network)
                .addresses(ip == null ? List.of() : List.of(ip))
                .hostname(ip == null ? address : "")
                .serviceAccount(serviceAccount)
                .trustDomain(trustDomain)
                .clusterId("")
                .tunnelProtocol(TunnelProtocol.NONE)
                .build();
    }
}
