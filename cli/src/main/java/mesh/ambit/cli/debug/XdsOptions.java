package mesh.ambit.cli.debug;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.channel.ControlPlane;
import mesh.ambit.channel.TokenSource;
import mesh.ambit.channel.TrustRoots;
import mesh.ambit.cli.up.StateOption;
import mesh.ambit.config.ConfigException;
import mesh.ambit.linux.NetNs;
import mesh.ambit.wire.TypeUrl;
import mesh.ambit.xds.AdsNode;
import mesh.ambit.xds.AdsWatch.Subscription;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whom to ask, as whom, and for what. */
final class XdsOptions {
    private static final String EVERYTHING = "*";
    private static final String PREFIX = "type.googleapis.com/";

    private static final String OF_OUR_MESH = "127.0.0.1:15012";

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            description = "The controller (default: that of the mesh on this machine, else " + OF_OUR_MESH + ").")
    private @Nullable String address;

    @Option(names = "--plaintext", description = "Without TLS; only to a loopback address.")
    private boolean plaintext;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "PEM certificates to trust (default: root-cert.pem of the mesh's state folder).")
    private @Nullable Path ca;

    @Option(
            names = "--server-name",
            paramLabel = "NAME",
            description = "Name that the certificate may have in the place of the host (default: ${DEFAULT-VALUE}).")
    private String serverName = "istiod.istio-system.svc";

    @Option(
            names = "--token",
            paramLabel = "FILE",
            description = "File of the token to show (default: the node's of the mesh's state folder).")
    private @Nullable Path token;

    @Mixin
    private StateOption state = new StateOption();

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            description = "Cluster that the token is of (default: ${DEFAULT-VALUE}).")
    private String cluster = "Kubernetes";

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "Ask as the proxy of this node. On demand its workloads come without being asked for.")
    private String node = "";

    @Option(names = "--node-id", paramLabel = "ID", description = "The whole node id instead, in four parts with ~.")
    private @Nullable String nodeId;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "Namespace of the asking proxy (default: ${DEFAULT-VALUE}).")
    private String namespace = "istio-system";

    @Option(names = "--metadata", paramLabel = "KEY=VALUE", description = "Further metadata of the node. Repeatable.")
    private Map<String, String> metadata = new TreeMap<>();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "address, authorization, workload, or a type URL. Repeatable (default: address and"
                    + " authorization).")
    private List<String> types = new ArrayList<>();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Ask for this only: a uid, network/ip, or namespace/hostname; /ip in a mesh of one network."
                    + " Repeatable.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--on-demand", description = "Ask for nothing beyond the node's own and --name.")
    private boolean onDemand;

    boolean plaintext() {
        return plaintext;
    }

    /** Returns the network namespace of whom to ask, to be closed; null if it is our own. */
    @Nullable
    NetNs openNamespace() {
        return address == null ? state.openFabric() : null;
    }

    /** Returns whom to ask. */
    ControlPlane controlPlane() {
        URI uri;
        try {
            uri = ControlPlane.parseAddress(address == null ? OF_OUR_MESH : address);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(List.of("--address " + address + ": " + e.getMessage()));
        }
        Path root = state.folder().root();
        Path roots = ca == null ? root.resolve("root-cert.pem") : ca;
        if (!plaintext && !Files.isReadable(roots)) {
            throw new ConfigException(List.of(
                    ca == null
                            ? "no mesh is up (state folder " + root + "); elsewhere --ca FILE says whom to trust"
                            : ca + ": the certificates cannot be read (expected: --ca FILE)"));
        }
        return new ControlPlane(uri, new TrustRoots.File(roots), serverName, token(root), cluster, Map.of());
    }

    private @Nullable TokenSource token(Path root) {
        if (token != null) {
            if (!Files.isReadable(token)) {
                throw new ConfigException(List.of(token + ": the token cannot be read"));
            }
            return new TokenSource.File(token);
        }
        Path nodes = root.resolve("nodes");
        Path ofNode = nodes.resolve(node).resolve("token");
        if (!node.isEmpty() && Files.isReadable(ofNode)) {
            return new TokenSource.File(ofNode);
        }
        if (!node.isEmpty() && address == null && Files.isDirectory(nodes)) {
            throw new ConfigException(List.of("--node " + node + ": the mesh in " + root + " has no such node"));
        }
        return null;
    }

    /** Returns as whom to ask. */
    AdsNode node() {
        AdsNode proxy = AdsNode.ofNodeProxy("127.0.0.1", "ambit-debug", namespace, node, metadata);
        return nodeId == null ? proxy : new AdsNode(nodeId, proxy.metadata());
    }

    /** Returns what to ask for. Names concern the first type alone: policies are always told all. */
    List<Subscription> subscriptions() {
        List<String> urls = types.isEmpty()
                ? TypeUrl.ALL
                : types.stream().map(XdsOptions::url).distinct().toList();
        List<Subscription> subscriptions = new ArrayList<>();
        for (String url : urls) {
            boolean byName = !url.equals(TypeUrl.AUTHORIZATION) || urls.size() == 1;
            if (byName && !names.isEmpty()) {
                subscriptions.add(new Subscription(url, names, List.of()));
            } else if (byName && onDemand) {
                subscriptions.add(new Subscription(url, List.of(EVERYTHING), List.of(EVERYTHING)));
            } else {
                subscriptions.add(new Subscription(url, List.of(), List.of()));
            }
        }
        return subscriptions;
    }

    private static String url(String type) {
        return switch (type) {
            case "address" -> TypeUrl.ADDRESS;
            case "authorization" -> TypeUrl.AUTHORIZATION;
            case "workload" -> PREFIX + "istio.workload.Workload";
            default -> {
                if (type.indexOf('/') < 0 && type.indexOf('.') < 0) {
                    throw new ConfigException(List.of("--type " + type
                            + ": no such type (expected: address, authorization, workload, or a type URL)"));
                }
                yield type.indexOf('/') < 0 ? PREFIX + type : type;
            }
        };
    }
}
