package mesh.ambit.istiod.push;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import mesh.ambit.istiod.issuer.BoundPod;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.istiod.proxyless.Viewer;
import mesh.ambit.kube.IpText;
import mesh.ambit.model.Locality;
import mesh.ambit.protocol.discovery.Node;
import org.jspecify.annotations.Nullable;

/** What the bootstrap of a gRPC client says about it. Reads nodes that {@link ProxyNode} has accepted. */
final class GrpcNode {
    private static final String USER_AGENT = "gRPC ";

    private GrpcNode() {}

    /** Returns whether the client is one of gRPC: as its metadata says, or its library. */
    static boolean isGrpc(Node node) {
        return text(node.getMetadata(), "GENERATOR").equals("grpc")
                || node.getUserAgentName().startsWith(USER_AGENT);
    }

    /**
     * Returns what is known of the client.
     *
     * @param caller who was proved to call; null on a port that asks for no proof
     */
    static Viewer viewer(Node node, @Nullable CallerIdentity caller) {
        String[] parts = node.getId().split("~", -1);
        Struct metadata = node.getMetadata();
        String namespace = text(metadata, "NAMESPACE");
        if (namespace.isEmpty()) {
            namespace = parts[3].substring(0, Math.max(0, parts[3].indexOf('.')));
        }
        SortedMap<String, String> labels = new TreeMap<>();
        metadata.getFieldsOrDefault("LABELS", Value.getDefaultInstance())
                .getStructValue()
                .getFieldsMap()
                .forEach((name, value) -> labels.put(name, value.getStringValue()));
        List<InetAddress> addresses = new ArrayList<>();
        add(addresses, parts[1]);
        for (String address : text(metadata, "INSTANCE_IPS").split(",", -1)) {
            add(addresses, address.strip());
        }
        return new Viewer(
                namespace,
                parts[3],
                labels,
                addresses,
                text(metadata, "NETWORK"),
                new Locality(
                        node.getLocality().getRegion(),
                        node.getLocality().getZone(),
                        node.getLocality().getSubZone()),
                text(metadata, "NODE_NAME"),
                claim(parts[2], namespace, text(metadata, "CLUSTER_ID"), caller));
    }

    private static Viewer.Claim claim(String id, String namespace, String cluster, @Nullable CallerIdentity caller) {
        BoundPod bound = caller == null ? null : caller.pod();
        String pod = id.endsWith("." + namespace) ? id.substring(0, id.length() - namespace.length() - 1) : "";
        return new Viewer.Claim(
                bound == null ? pod : bound.name(),
                cluster,
                caller == null ? null : caller.serviceAccount(),
                bound != null);
    }

    private static void add(List<InetAddress> addresses, String text) {
        if (IpText.parse(text) != null) {
            InetAddress address = InetAddress.ofLiteral(text);
            if (!addresses.contains(address)) {
                addresses.add(address);
            }
        }
    }

    private static String text(Struct metadata, String key) {
        return metadata.getFieldsOrDefault(key, Value.getDefaultInstance()).getStringValue();
    }
}
