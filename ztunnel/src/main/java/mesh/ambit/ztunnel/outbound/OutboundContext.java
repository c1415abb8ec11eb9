package mesh.ambit.ztunnel.outbound;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mesh.ambit.hbone.SvidSource;
import mesh.ambit.hbone.TunnelPool;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshView;
import mesh.ambit.telemetry.ConnectionTelemetry;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.LocalWorkload;

/**
 * What the outbound side of one pod works with.
 *
 * @param plane what it shares with other pods
 * @param mesh the mesh as it stands
 * @param pod the pod whose connections these are
 * @param connections where they are kept
 * @param telemetry where they are reported
 * @param svids the certificate of an identity
 * @param tunnels the pod's tunnels on a loop; asked on that loop
 * @param connector makes outgoing sockets of the pod on a loop
 * @param originalDestination where an accepted connection was going before it was redirected
 * @param random dice for endpoints and trace ids, of the calling thread
 */
public record OutboundContext(
        OutboundPlane plane,
        MeshView mesh,
        LocalWorkload pod,
        LiveConnections connections,
        ConnectionTelemetry telemetry,
        Function<SpiffeId, SvidSource> svids,
        Function<EventLoop, TunnelPool> tunnels,
        Function<EventLoop, Bootstrap> connector,
        Function<Channel, InetSocketAddress> originalDestination,
        Supplier<RandomGenerator> random) {}
