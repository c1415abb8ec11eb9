package mesh.ambit.istiod.push;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.protocol.discovery.Node;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who a client says it is in its first request.
 *
 * @param type for instance {@code ztunnel}
 * @param id name of the proxy, {@code pod.namespace}
 * @param namespace its namespace
 * @param serviceAccount its service account; null if it does not say
 * @param nodeName the node whose workloads it serves; empty if it does not say
 * @param clusterId the cluster it says it is in; may be empty
 * @param version its version, as it says; may be empty
 */
record ProxyNode(
        String type,
        String id,
        String namespace,
        @Nullable String serviceAccount,
        String nodeName,
        String clusterId,
        String version) {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyNode.class);
    private static final Set<String> TYPES = Set.of("sidecar", "router", "waypoint", "ztunnel", "agentgateway");
    private static final int ID_PARTS = 4;

    /**
     * Reads {@code node}: {@code type~ip~id~domain} and metadata NAMESPACE, SERVICE_ACCOUNT, NODE_NAME, INSTANCE_IPS.
     *
     * @throws IllegalArgumentException with the reason
     */
    static ProxyNode parse(Node node) {
        String[] parts = node.getId().split("~", -1);
        if (parts.length != ID_PARTS) {
            throw new IllegalArgumentException("node.id has " + parts.length + " parts (expected: type~ip~id~domain)");
        }
        if (!TYPES.contains(parts[0])) {
            throw new IllegalArgumentException("node.id is of an unknown type (expected: one of ztunnel, waypoint, "
                    + "sidecar, router, agentgateway)");
        }
        Struct metadata = node.getMetadata();
        List<String> addresses =
                new ArrayList<>(List.of(text(metadata, "INSTANCE_IPS").split(",")));
        addresses.add(parts[1]);
        if (addresses.stream().noneMatch(ProxyNode::isAddress)) {
            throw new IllegalArgumentException("node has no valid IP address (expected: in node.id or INSTANCE_IPS)");
        }
        String namespace = text(metadata, "NAMESPACE");
        if (namespace.isEmpty()) {
            namespace = parts[3].substring(0, Math.max(0, parts[3].indexOf('.')));
        }
        String serviceAccount = text(metadata, "SERVICE_ACCOUNT");
        return new ProxyNode(
                parts[0],
                parts[2],
                namespace,
                serviceAccount.isEmpty() ? null : serviceAccount,
                text(metadata, "NODE_NAME"),
                text(metadata, "CLUSTER_ID"),
                text(metadata, "ISTIO_VERSION"));
    }

    /**
     * Reads who a client says it is and checks it against who it was proved to be.
     *
     * @param caller null on a port that asks for no proof
     * @throws StatusRuntimeException that the client is to be told
     */
    static ProxyNode introduced(Node node, @Nullable CallerIdentity caller, String connection) {
        ProxyNode introduced;
        try {
            introduced = parse(node);
        } catch (IllegalArgumentException e) {
            LOG.warn("{}: refused, {}", connection, e.getMessage());
            throw Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
        }
        if (caller != null && !introduced.mayBe(caller.namespace(), caller.serviceAccount())) {
            LOG.warn(
                    "{}: refused, {} calls itself a proxy of namespace {} and service account {}",
                    connection,
                    caller,
                    introduced.namespace(),
                    introduced.serviceAccount());
            throw Status.PERMISSION_DENIED
                    .withDescription("identity does not match the declared proxy")
                    .asRuntimeException();
        }
        LOG.info(
                "{}: {} {} on node {}, as {}",
                connection,
                introduced.type(),
                introduced.id(),
                introduced.nodeName(),
                caller == null ? "nobody in particular" : caller);
        return introduced;
    }

    /** Returns whether a caller proven to be that service account may call itself this. */
    boolean mayBe(String callerNamespace, String callerServiceAccount) {
        return namespace.equals(callerNamespace)
                && (serviceAccount == null || serviceAccount.equals(callerServiceAccount));
    }

    private static String text(Struct metadata, String key) {
        Value value = metadata.getFieldsMap().get(key);
        return value == null ? "" : value.getStringValue();
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text.strip());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
