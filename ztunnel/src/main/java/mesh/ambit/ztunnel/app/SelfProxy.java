package mesh.ambit.ztunnel.app;

import io.netty.channel.ChannelOption;
import java.util.concurrent.CompletionStage;
import mesh.ambit.hbone.HboneServer;
import mesh.ambit.model.WorkloadInfo;
import mesh.ambit.relay.CutReason;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.ztunnel.inbound.ApplicationDialer;
import mesh.ambit.ztunnel.inbound.HboneRequests;
import mesh.ambit.ztunnel.inbound.InboundContext;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.LocalWorkload;
import mesh.ambit.ztunnel.inpod.PodStartException;
import mesh.ambit.ztunnel.inpod.Ports;

/**
 * Our own pod as a destination: one HBONE listener in our own namespace, so that our metrics can be scraped over mutual
 * TLS. Nothing is marked or spoofed there, and its connections are not judged again.
 */
final class SelfProxy implements OwnProxy {
    private final LocalWorkload local;
    private final LiveConnections connections;
    private final HboneServer server;
    private final Listeners listeners;

    private SelfProxy(DataPlane plane, WorkloadInfo self) throws PodStartException {
        local = new LocalWorkload(plane.mesh(), self, plane.settings().node());
        connections = new LiveConnections(plane.loops());
        listeners = new Listeners(plane.settings().ipv6());
        ApplicationDialer dialer = new ApplicationDialer(
                loop -> plane.transport().connector(loop, SocketSpace.HERE),
                loop -> plane.transport().connector(loop, SocketSpace.HERE));
        InboundContext inbound = plane.inbound(local, connections, dialer, () -> false);
        server = new HboneServer(
                new LocalCertificates(local, plane.loops(), plane.certificates()),
                plane.tls(),
                plane.settings().tunnels(),
                plane.clock(),
                new HboneRequests(inbound));
        listeners.open(
                plane.transport()
                        .listener(
                                plane.loops(),
                                SocketSpace.HERE,
                                false,
                                plane.settings().ipv6())
                        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, false)
                        .childHandler(server.initializer()),
                Ports.INBOUND_HBONE);
    }

    /** Opens the listener. */
    static SelfProxy open(DataPlane plane, WorkloadInfo self) throws PodStartException {
        return new SelfProxy(plane, self);
    }

    @Override
    public void begin() {
        listeners.begin();
    }

    @Override
    public int connectionCount() {
        return connections.count();
    }

    @Override
    public CompletionStage<Void> drain() {
        listeners.close();
        return connections
                .settled()
                .thenCompose(_ -> Listeners.drain(server))
                .thenCompose(_ -> connections.whenEmpty());
    }

    @Override
    public void close() {
        listeners.close();
        connections.forEach(connection -> connection.cut(CutReason.DRAIN));
        server.close();
        local.close();
    }
}
