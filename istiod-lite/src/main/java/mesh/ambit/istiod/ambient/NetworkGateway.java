package mesh.ambit.istiod.ambient;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.Gateway;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;

/**
 * A way into a network.
 *
 * @param address an IP address or a host name
 */
record NetworkGateway(
        String network, String namespace, String name, String serviceAccount, String address, int hbonePort) {
    static final String REMOTE_CLASS = "istio-remote";

    /** Returns the network that a Gateway leads to, or null when it leads to none. */
    static @Nullable String network(Gateway gateway) {
        String network = gateway.metadata().labels().getOrDefault(Labels.NETWORK, "");
        return network.isEmpty() || !gateway.gatewayClassName().equals(REMOTE_CLASS) ? null : network;
    }

    /** Returns one for each address that a Gateway has, in that order. */
    static List<NetworkGateway> of(Gateway gateway) {
        String network = network(gateway);
        int port = gateway.listeners().stream()
                .filter(listener -> listener.protocol().equals("HBONE"))
                .mapToInt(Gateway.Listener::port)
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
                        network,
                        gateway.metadata().namespace(),
                        gateway.metadata().name(),
                        account.isEmpty() ? gateway.metadata().name() + "-" + gateway.gatewayClassName() : account,
                        address.value(),
                        port));
            }
        }
        return gateways;
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
