package mesh.ambit.istiod.proxyless;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.HashPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteAction.MaxStreamDuration;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * Where the requests of one rule go. What cannot go where it should goes nowhere.
 *
 * <p>For one thread and one rule.
 */
final class Forwarding {
    /** Clients count on no more in all. */
    private static final long MAX_WEIGHT = 0xffff_ffffL;

    private static final String BY_CHANNEL = "io.grpc.channel_id";

    private final ProxylessMesh mesh;
    private final Viewer viewer;
    private final @Nullable KubeObject source;
    private final int dialled;
    private final Remarks remarks;
    private final List<Share> shares = new ArrayList<>();
    private final Set<HashPolicy> hashes = new LinkedHashSet<>();

    private record Share(String cluster, long weight) {}

    /**
     * Creates one.
     *
     * @param source the object that has the rule; null for what holds without one
     * @param dialled the port that clients called
     */
    Forwarding(ProxylessMesh mesh, Viewer viewer, @Nullable KubeObject source, int dialled, Remarks remarks) {
        this.mesh = mesh;
        this.viewer = viewer;
        this.source = source;
        this.dialled = dialled;
        this.remarks = remarks;
    }

    /** Adds a share of the requests for a host, at a port of it if one is given. */
    void to(String host, String subset, @Nullable Integer port, long weight) {
        Service service = mesh.service(host, viewer.namespace());
        int chosen = service == null ? 0 : port(service, port);
        if (service == null || chosen == 0) {
            toNowhere(weight, host + (port == null ? "" : ":" + port) + " is not known");
            return;
        }
        ClusterName cluster = new ClusterName(chosen, subset, host);
        shares.add(new Share(cluster.toString(), weight));
        DestinationPolicy.Hash hash = mesh.rules()
                .destination(viewer, service, cluster, new Remarks())
                .hash();
        if (hash != null) {
            hashes.add(policy(hash));
        }
    }

    /** Adds a share of the requests that must not go anywhere, and why. */
    void toNowhere(long weight, String why) {
        if (source != null) {
            remarks.add(source, why + "; what should go there goes nowhere");
        }
        shares.add(new Share(ClusterName.NOWHERE, weight));
    }

    private int port(Service service, @Nullable Integer port) {
        if (port != null) {
            return service.hasPort(port) ? port : 0;
        }
        if (service.ports().size() == 1) {
            return service.ports().getFirst().servicePort();
        }
        return service.hasPort(dialled) ? dialled : 0;
    }

    private static HashPolicy policy(DestinationPolicy.Hash hash) {
        HashPolicy.Builder policy = HashPolicy.newBuilder();
        if (hash.header().isEmpty()) {
            policy.setFilterState(HashPolicy.FilterState.newBuilder().setKey(BY_CHANNEL));
        } else {
            policy.setHeader(HashPolicy.Header.newBuilder().setHeaderName(hash.header()));
        }
        return policy.build();
    }

    /** Returns who takes how much; a cluster once, as some clients count only the last share that one is given. */
    private SequencedMap<String, Long> taking() {
        SequencedMap<String, Long> taking = new LinkedHashMap<>();
        for (Share share : shares) {
            if (share.weight() > 0) {
                taking.merge(share.cluster(), share.weight(), Long::sum);
            }
        }
        return taking;
    }

    /**
     * Returns the action.
     *
     * @param timeout how long a call may take; null for as long as the caller says, zero for no limit
     * @param retries null for none
     */
    RouteAction action(@Nullable Duration timeout, @Nullable Retries retries) {
        RouteAction.Builder action = RouteAction.newBuilder().addAllHashPolicy(hashes);
        SequencedMap<String, Long> taking = taking();
        long total = taking.values().stream().mapToLong(Long::longValue).sum();
        if (taking.isEmpty() || total > MAX_WEIGHT) {
            action.setCluster(ClusterName.NOWHERE);
        } else if (taking.size() == 1) {
            action.setCluster(taking.firstEntry().getKey());
        } else {
            WeightedCluster.Builder weighted = WeightedCluster.newBuilder();
            taking.forEach((cluster, weight) -> weighted.addClusters(
                    WeightedCluster.ClusterWeight.newBuilder().setName(cluster).setWeight(UInt32Value.of((int)
                            (long) weight))));
            action.setWeightedClusters(weighted);
        }
        if (timeout != null) {
            action.setMaxStreamDuration(MaxStreamDuration.newBuilder()
                    .setMaxStreamDuration(Packing.duration(timeout))
                    .setGrpcTimeoutHeaderMax(Packing.duration(timeout)));
        }
        if (retries != null && retries.attempts() > 0) {
            action.setRetryPolicy(retries.policy());
        }
        return action.build();
    }

    /**
     * When a call is tried again.
     *
     * @param on statuses of gRPC
     * @param attempts how often again
     * @param backoff least time between attempts; null for the client's default
     */
    record Retries(String on, int attempts, @Nullable Duration backoff) {
        /** What holds where nothing is said. */
        static final Retries DEFAULT = new Retries("unavailable,cancelled", 2, null);

        private RetryPolicy policy() {
            RetryPolicy.Builder policy =
                    RetryPolicy.newBuilder().setRetryOn(on).setNumRetries(Packing.number(attempts));
            if (backoff != null && backoff.toMillis() > 0) {
                policy.setRetryBackOff(RetryBackOff.newBuilder().setBaseInterval(Packing.duration(backoff)));
            }
            return policy.build();
        }
    }
}
