package mesh.ambit.ztunnel.outbound;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import mesh.ambit.hbone.Connects;
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
import mesh.ambit.relay.EarlyBytes;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.tls.Svid;
import mesh.ambit.ztunnel.inpod.WorkloadBaggage;
import mesh.ambit.ztunnel.outbound.OutboundRoute.DoubleHbone;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Hbone;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Onward;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Passthrough;
import org.jspecify.annotations.Nullable;

/** Connects next hops for the connections of one source address. Confined to an event loop. */
final class OutboundDialer {
    private final OutboundContext context;
    private final EventLoop loop;
    private final InetSocketAddress source;

    OutboundDialer(OutboundContext context, EventLoop loop, InetSocketAddress source) {
        this.context = context;
        this.loop = loop;
        this.source = source;
    }

    /** Returns the dial, not started yet, of the next hop of {@code route} for {@code local}. */
    Dial dial(Workload local, Onward route, Dial.Result result) {
        assert loop.inEventLoop();
        return switch (route) {
            case Hbone hbone -> new ToTunnel(local, hbone, result);
            case DoubleHbone hbone -> new ToGateway(local, hbone, result);
            case Passthrough plain -> new ToSocket(loop, context.connector(), plain.nextHop(), result);
        };
    }

    /** Asks for a stream of a pooled tunnel. */
    private final class ToTunnel extends Dial {
        private final Workload local;
        private final Hbone route;
        private final Result result;

        ToTunnel(Workload local, Hbone route, Result result) {
            this.local = local;
            this.route = route;
            this.result = result;
        }

        @Override
        void start() {
            Future<HboneStream> asked = stream(
                    local,
                    route.nextHop(),
                    route.expectedSans(),
                    route.peer(),
                    route.authorityText(),
                    headers(local, route.service()));
            await(asked);
            asked.addListener((Future<HboneStream> done) -> answered(done));
        }

        private void answered(Future<HboneStream> done) {
            if (isCancelled()) {
                resetIfThere(done);
            } else if (done.isSuccess()) {
                result.connected(new Leg.Stream(done.getNow()));
            } else {
                result.failed(new Failure.OfTunnel(failure(done.cause())));
            }
        }
    }

    /** Asks for a stream of a pooled tunnel to a gateway, and makes a tunnel of its own inside it. */
    private final class ToGateway extends Dial {
        private final Workload local;
        private final DoubleHbone route;
        private final Result result;
        private final HeaderFields headers;

        ToGateway(Workload local, DoubleHbone route, Result result) {
            this.local = local;
            this.route = route;
            this.result = result;
            this.headers = headers(local, route.service());
        }

        @Override
        void start() {
            // The certificate first: the outer stream must be taken in the turn in which it comes.
            context.svids()
                    .apply(local.identity())
                    .fetch()
                    .whenComplete((svid, failure) -> loop.execute(() -> outer(svid, failure)));
        }

        private void outer(@Nullable Svid svid, @Nullable Throwable failure) {
            if (isCancelled()) {
                return;
            }
            if (svid == null) {
                Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
                failed(new TunnelFailure.NoCertificate(
                        cause == null ? "no certificate" : String.valueOf(cause.getMessage())));
                return;
            }
            Future<HboneStream> asked =
                    stream(local, route.nextHop(), route.expectedSans(), route.peer(), route.authority(), headers);
            await(asked);
            asked.addListener((Future<HboneStream> done) -> {
                if (isCancelled()) {
                    resetIfThere(done);
                } else if (done.isSuccess()) {
                    inner(svid, done.getNow());
                } else {
                    failed(failure(done.cause()));
                }
            });
        }

        private void inner(Svid svid, HboneStream outer) {
            TunnelKey key = new TunnelKey(
                    local.identity(),
                    new ExpectedSans(route.innerSans()),
                    route.nextHop(),
                    source.getAddress(),
                    route.peer().uid());
            Future<HboneStream> asked = context.plane()
                    .inner()
                    .connect(
                            outer,
                            key,
                            svid,
                            route.authority(),
                            headers.with(Forwarded.NETWORK, context.plane().network()));
            await(asked);
            asked.addListener((Future<HboneStream> done) -> {
                if (isCancelled()) {
                    resetIfThere(done);
                } else if (done.isSuccess()) {
                    result.connected(new Leg.Stream(done.getNow()));
                } else {
                    failed(failure(done.cause()));
                }
            });
        }

        private void failed(TunnelFailure failure) {
            result.failed(new Failure.OfTunnel(failure));
        }
    }

    private static void resetIfThere(Future<HboneStream> done) {
        if (done.isSuccess()) {
            done.getNow().reset(Http2Error.CANCEL);
        }
    }

    private Future<HboneStream> stream(
            Workload local,
            InetSocketAddress nextHop,
            List<String> expectedSans,
            Workload peer,
            String authority,
            HeaderFields headers) {
        TunnelKey key = new TunnelKey(
                local.identity(), new ExpectedSans(expectedSans), nextHop, source.getAddress(), peer.uid());
        return context.tunnels().apply(loop).connect(key, context.svids().apply(local.identity()), authority, headers);
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

    /** Connects a socket. */
    static final class ToSocket extends Dial {
        private final EventLoop loop;
        private final Function<EventLoop, Bootstrap> connector;
        private final InetSocketAddress nextHop;
        private final Result result;

        ToSocket(EventLoop loop, Function<EventLoop, Bootstrap> connector, InetSocketAddress nextHop, Result result) {
            this.loop = loop;
            this.connector = connector;
            this.nextHop = nextHop;
            this.result = result;
        }

        @Override
        void start() {
            // In a task: an event of this turn may still speak of the descriptor number that a new socket is given.
            loop.execute(this::connect);
        }

        private void connect() {
            if (isCancelled()) {
                return;
            }
            ChannelFuture connecting =
                    connector.apply(loop).handler(new EarlyBytes()).connect(nextHop);
            await(connecting);
            Connects.whenEnded(connecting, done -> {
                if (isCancelled()) {
                    done.channel().close();
                } else if (done.isSuccess()) {
                    result.connected(new Leg.Socket(done.channel()));
                } else {
                    result.failed(new Failure.OfSocket(done.cause()));
                }
            });
        }
    }

    private static TunnelFailure failure(Throwable cause) {
        return cause instanceof TunnelException expected
                ? expected.failure()
                : new TunnelFailure.Http2Failed(String.valueOf(cause.getMessage()));
    }
}
