package mesh.ambit.ztunnel.inbound;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Function;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Connection;
import mesh.ambit.relay.EarlyBytes;
import mesh.ambit.telemetry.ConnectionDetails;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.ServiceLabels;
import mesh.ambit.telemetry.WorkloadLabels;
import mesh.ambit.ztunnel.inpod.MeshLookup;

/** Takes every plain connection that the pod's rules redirect to us on its way in. One for a pod. */
@Sharable
public final class PlaintextCapture extends ChannelInitializer<Channel> {
    private final InboundContext context;
    private final Function<Channel, InetSocketAddress> originalDestination;

    /**
     * Makes one.
     *
     * @param originalDestination where an accepted connection was going before it was redirected
     */
    public PlaintextCapture(InboundContext context, Function<Channel, InetSocketAddress> originalDestination) {
        this.context = context;
        this.originalDestination = originalDestination;
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new Start(), new EarlyBytes());
    }

    private void serve(Channel channel, InetSocketAddress source) {
        InetSocketAddress destination = Addresses.canonical(originalDestination.apply(channel));
        if (context.connections()
                .refuses(
                        Direction.INBOUND,
                        null,
                        text -> context.telemetry().deniedEarly(Direction.INBOUND, source, destination, text))) {
            channel.close();
            return;
        }
        InboundConnection connection =
                new InboundConnection(context, channel.eventLoop(), new Caller.Plain(channel), source, destination);
        ChannelHandlerContext early = channel.pipeline().context(EarlyBytes.class);
        if (early != null) {
            ((EarlyBytes) early.handler()).whenGone(early, connection::abandoned);
        }
        if (context.router().isOwnPort(destination.getPort())) {
            connection.refuse(InboundTarget.Reason.SELF_CALL.status(), "attempted recursive call to ourselves");
            return;
        }
        connection.withWorkload(lookups(source), local -> connection.serve(local, plan(local, source, destination)));
    }

    private List<MeshLookup.Step> lookups(InetSocketAddress source) {
        return context.mesh().demand() == null
                ? List.of()
                : List.of(MeshLookup.workload(new NetworkAddress(context.network(), source.getAddress())));
    }

    private InboundConnection.Plan plan(Workload local, InetSocketAddress source, InetSocketAddress destination) {
        MeshSnapshot mesh = context.mesh().current();
        Workload client = mesh.findWorkload(new NetworkAddress(context.network(), source.getAddress()));
        Service service = ServiceGuess.of(mesh, local, null, destination.getPort());
        ConnectionDetails details = new ConnectionDetails(
                Direction.INBOUND,
                source,
                destination,
                null,
                client == null ? null : WorkloadLabels.of(client),
                WorkloadLabels.of(local),
                service == null ? null : ServiceLabels.of(service),
                null,
                local.identity(),
                false);
        return new InboundConnection.Plan(
                details, new Connection(source.getAddress(), null, destination), false, null, null);
    }

    /** Waits for the connection to be there, and hands it over. */
    private final class Start extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            Channel channel = ctx.channel();
            ctx.pipeline().remove(this);
            if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
                // Reset before we looked: there is nobody to serve.
                channel.close();
                return;
            }
            context.telemetry().socketOpened(Direction.INBOUND);
            channel.closeFuture().addListener(_ -> context.telemetry().socketClosed(Direction.INBOUND));
            serve(channel, Addresses.canonical(remote));
        }
    }
}
