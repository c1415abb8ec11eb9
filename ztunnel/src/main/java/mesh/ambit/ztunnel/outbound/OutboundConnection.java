package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.HeaderFields;
import mesh.ambit.hbone.TunnelException;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.hbone.TunnelKey;
import mesh.ambit.headers.Baggage;
import mesh.ambit.headers.Forwarded;
import mesh.ambit.headers.Traceparent;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.relay.CutReason;
import mesh.ambit.relay.EarlyBytes;
import mesh.ambit.relay.Relay;
import mesh.ambit.relay.RelayEnd;
import mesh.ambit.relay.RelayObserver;
import mesh.ambit.telemetry.ConnectionDetails;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.ResponseFlag;
import mesh.ambit.telemetry.ServiceLabels;
import mesh.ambit.telemetry.WorkloadLabels;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.ztunnel.inpod.Endings;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.MeshLookup;
import mesh.ambit.ztunnel.inpod.SocketFailure;
import mesh.ambit.ztunnel.inpod.WorkloadBaggage;
import mesh.ambit.ztunnel.limits.ConnectionLimits;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Hbone;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Passthrough;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Refused;
import org.jspecify.annotations.Nullable;

/**
 * One captured connection from its acceptance to its end: find out whose it is, decide once, act on the answer. Confined
 * to the connection's event loop.
 */
final class OutboundConnection implements LiveConnections.Live, RelayObserver {
    private final OutboundContext context;
    private final Channel downstream;
    private final EventLoop loop;
    private final InetSocketAddress source;
    private final InetSocketAddress destination;

    private @Nullable OpenConnection open;
    private @Nullable String protocol;
    /** What is under way before there is a relay: the wait for the workload, or the way to the next hop. */
    private @Nullable Future<?> pending;

    private @Nullable Relay relay;
    private boolean over;

    OutboundConnection(
            OutboundContext context, Channel downstream, InetSocketAddress source, InetSocketAddress destination) {
        this.context = context;
        this.downstream = downstream;
        this.loop = downstream.eventLoop();
        this.source = source;
        this.destination = destination;
    }

    void start() {
        assert loop.inEventLoop();
        context.connections().add(loop, this);
        if (context.router().isSelfCall(destination)) {
            refuse("attempted recursive call to ourselves");
            return;
        }
        Future<Workload> local =
                context.pod().await(loop, MeshLookup.outbound(context.mesh(), destination.getAddress()));
        pending = local;
        local.addListener((Future<Workload> done) -> {
            if (done.isSuccess()) {
                route(done.getNow());
            } else if (!over) {
                refuse(String.valueOf(done.cause().getMessage()));
            }
        });
    }

    private void route(Workload local) {
        if (over) {
            return;
        }
        switch (context.router()
                .route(
                        context.mesh().current(),
                        local,
                        source.getAddress(),
                        destination,
                        context.random().get())) {
            case Hbone route -> tunnel(local, route);
            // In a task: an event of this turn may still speak of the descriptor number that a new socket is given.
            case Passthrough route -> loop.execute(() -> plain(local, route));
            case Refused refused -> refuse(refused.text());
        }
    }

    private void tunnel(Workload local, Hbone route) {
        String authority = Addresses.print(route.authority());
        OpenConnection reported = opened(local, route.nextHop(), authority, route.peer(), route.service());
        TunnelKey key = new TunnelKey(
                local.identity(),
                new ExpectedSans(route.expectedSans()),
                route.nextHop(),
                source.getAddress(),
                route.peer().uid());
        Future<HboneStream> connected = context.tunnels()
                .apply(loop)
                .connect(key, context.svids().apply(local.identity()), authority, headers(local, route.service()));
        pending = connected;
        connected.addListener((Future<HboneStream> done) -> {
            if (done.isSuccess()) {
                HboneStream stream = done.getNow();
                if (over) {
                    stream.reset(Http2Error.CANCEL);
                } else {
                    relay = Relay.outbound(downstream, stream, this);
                }
            } else if (!over) {
                Endings.report(reported, failure(done.cause()));
                finish();
            }
        });
    }

    private void plain(Workload local, Passthrough route) {
        if (over) {
            return;
        }
        OpenConnection reported = opened(local, route.nextHop(), null, route.peer(), route.service());
        ChannelFuture connected =
                context.connector().apply(loop).handler(new EarlyBytes()).connect(route.nextHop());
        pending = connected;
        connected.addListener((ChannelFuture done) -> {
            if (done.isSuccess()) {
                if (over) {
                    done.channel().close();
                } else {
                    relay = Relay.plain(downstream, done.channel(), this);
                }
            } else if (!over) {
                reported.close(ResponseFlag.CONNECT, "io error: " + SocketFailure.text(done.cause()));
                finish();
            }
        });
    }

    private OpenConnection opened(
            Workload local,
            InetSocketAddress nextHop,
            @Nullable String authority,
            @Nullable Workload peer,
            @Nullable Service service) {
        protocol = authority == null ? "TCP" : "HBONE";
        OpenConnection opened = context.telemetry()
                .opened(new ConnectionDetails(
                        Direction.OUTBOUND,
                        source,
                        nextHop,
                        authority,
                        WorkloadLabels.of(local),
                        peer == null ? null : WorkloadLabels.of(peer),
                        service == null ? null : ServiceLabels.of(service),
                        authority == null ? null : local.identity(),
                        peer == null ? null : peer.identity(),
                        authority != null));
        open = opened;
        return opened;
    }

    private HeaderFields headers(Workload local, @Nullable Service service) {
        return HeaderFields.of(
                Baggage.NAME,
                WorkloadBaggage.of(local).print(),
                Forwarded.NAME,
                new Forwarded(Addresses.print(source), service == null ? null : service.hostname()).print(),
                Traceparent.NAME,
                Traceparent.random(context.random().get()).print());
    }

    private void refuse(String text) {
        context.telemetry().deniedEarly(Direction.OUTBOUND, source, destination, text);
        finish();
    }

    @Override
    public void onSent(int bytes) {
        requireNonNull(open).received(bytes);
    }

    @Override
    public void onReceived(int bytes) {
        requireNonNull(open).sent(bytes);
    }

    @Override
    public void onEnd(RelayEnd end) {
        Endings.report(requireNonNull(open), end);
        finish();
    }

    @Override
    public void cut(CutReason reason) {
        if (relay != null) {
            relay.cut(reason);
            return;
        }
        if (open != null) {
            Endings.report(open, reason);
        } else {
            context.telemetry().deniedEarly(Direction.OUTBOUND, source, destination, Endings.DRAINED);
        }
        finish();
    }

    @Override
    public ConnectionLimits.@Nullable Owner owner() {
        Workload local = context.pod().current();
        return local == null ? null : new ConnectionLimits.Owner(Direction.OUTBOUND, local.identity());
    }

    @Override
    public LiveConnections.@Nullable View view() {
        if (open == null || protocol == null) {
            return null;
        }
        return new LiveConnections.View(
                Direction.OUTBOUND,
                Addresses.print(source),
                Addresses.print(destination),
                Addresses.print(open.details().destination()),
                protocol);
    }

    /** The application went before there was a relay. */
    void downstreamGone() {
        if (!over) {
            if (open != null) {
                open.close(ResponseFlag.NONE, null);
            }
            finish();
        }
    }

    /** Ends the connection and whatever is under way for it; what the relay holds, the relay has closed. */
    private void finish() {
        if (over) {
            return;
        }
        over = true;
        context.connections().remove(loop, this);
        if (pending != null) {
            pending.cancel(false);
        }
        downstream.close();
    }

    private static TunnelFailure failure(Throwable cause) {
        return cause instanceof TunnelException expected
                ? expected.failure()
                : new TunnelFailure.Http2Failed(String.valueOf(cause.getMessage()));
    }
}
