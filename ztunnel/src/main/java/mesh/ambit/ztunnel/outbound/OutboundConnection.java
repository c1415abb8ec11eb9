package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import mesh.ambit.relay.CutReason;
import mesh.ambit.relay.Relay;
import mesh.ambit.relay.RelayEnd;
import mesh.ambit.relay.RelayObserver;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.ResponseFlag;
import mesh.ambit.ztunnel.dns.HostResolver;
import mesh.ambit.ztunnel.inpod.Endings;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.MeshLookup;
import mesh.ambit.ztunnel.limits.ConnectionLimits;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Onward;
import mesh.ambit.ztunnel.outbound.OutboundRoute.Refused;
import mesh.ambit.ztunnel.outbound.OutboundRouter.Decision;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One outbound connection from its acceptance to its end: find out whose it is, decide where it goes, connect that, and
 * relay. Nothing the application sends leaves before the relay, so up to there another endpoint may be tried. Confined
 * to the connection's event loop.
 */
final class OutboundConnection implements LiveConnections.Live, RelayObserver, Dial.Result {
    private static final Logger LOG = LoggerFactory.getLogger(OutboundConnection.class);

    private final OutboundContext context;
    private final Channel downstream;
    private final EventLoop loop;
    private final InetSocketAddress source;
    private final InetSocketAddress destination;

    /** Whose connection it is and where it goes, once that is decided; the last decision where there were two. */
    private @Nullable OutboundAttempt attempt;

    private @Nullable Future<?> pending;
    private @Nullable Dial dial;
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
        if (context.plane().router().isSelfCall(destination)) {
            refuse("attempted recursive call to ourselves", null);
            return;
        }
        Future<Workload> local =
                context.pod().await(loop, MeshLookup.outbound(context.mesh(), destination.getAddress()));
        pending = local;
        local.addListener((Future<Workload> done) -> {
            if (over) {
                return;
            }
            pending = null;
            if (done.isSuccess()) {
                decide(done.getNow());
            } else {
                refuse(String.valueOf(done.cause().getMessage()), null);
            }
        });
    }

    // Where to.

    private void decide(Workload local) {
        switch (route(local, null)) {
            case Onward route -> admit(local, route);
            case Refused refused -> refuse(refused.text(), refused.service());
        }
    }

    /** Decides where the connection of {@code local} goes, by another way than the workload to avoid if there is one. */
    private OutboundRoute route(Workload local, @Nullable String avoid) {
        EndpointChoice.Means means = new EndpointChoice.Means(
                context.plane().settings().balancing(),
                context.plane().loads(),
                source.getAddress(),
                avoid,
                context.random().get());
        Decision decision = context.plane().router().decide(context.mesh().current(), local, destination, means);
        if (LOG.isDebugEnabled()) {
            LOG.debug("{} to {}: {}", source, destination, decision.explain(means));
        }
        return decision.route();
    }

    private void admit(Workload local, Onward route) {
        String refusal = context.plane().admission().refusal(local, source, destination, route);
        if (refusal != null) {
            OutboundAttempt refused = new OutboundAttempt(context, source, local, route, attempt != null);
            attempt = refused;
            refused.telemetry().close(ResponseFlag.DENY, refusal);
            abort(route.service());
        } else if (route.nextHop().isUnresolved()) {
            resolve(local, route);
        } else {
            connect(local, route);
        }
    }

    private void resolve(Workload local, Onward route) {
        Workload peer = requireNonNull(route.peer(), "only workloads have host names");
        Future<List<InetAddress>> asked = context.plane().hosts().resolve(local, peer.hostname(), loop);
        pending = asked;
        asked.addListener((Future<List<InetAddress>> done) -> {
            if (over) {
                return;
            }
            pending = null;
            if (done.isSuccess()) {
                InetAddress address = HostResolver.pick(
                        done.getNow(),
                        destination.getAddress(),
                        context.random().get());
                // Judged once more: policies may have changed meanwhile, when there was no attempt yet to be cut.
                Workload now = context.pod().current();
                admit(now == null ? local : now, route.to(address));
            } else {
                LOG.debug("{}: {}", peer.hostname(), done.cause().toString());
                refuse("no ip addresses were resolved for workload: " + peer.uid(), route.service());
            }
        });
    }

    // The way there.

    private void connect(Workload local, Onward route) {
        OutboundAttempt next = new OutboundAttempt(context, source, local, route, attempt != null);
        attempt = next;
        Dial way = new OutboundDialer(context, loop, source).dial(local, route, this);
        dial = way;
        way.start();
    }

    @Override
    public void connected(Dial.Leg leg) {
        dial = null; // Nothing of the way here is kept: the connection may last.
        requireNonNull(attempt).connected(leg);
        relay = switch (leg) {
            case Dial.Leg.Stream(var stream) -> Relay.outbound(downstream, stream, this);
            case Dial.Leg.Socket(var channel) -> Relay.plain(downstream, channel, this);
        };
    }

    @Override
    public void failed(Dial.Failure failure) {
        OutboundAttempt failed = requireNonNull(attempt);
        failure.report(failed.telemetry());
        Onward other = context.plane().settings().connectRetry() ? otherWay(failed, failure) : null;
        if (other == null) {
            abort(failed.route().service());
        } else {
            failed.end();
            admit(failed.local(), other);
        }
    }

    /** Returns another way than the one that failed; null where there is none, or trying it is of no use. */
    private @Nullable Onward otherWay(OutboundAttempt failed, Dial.Failure failure) {
        Workload peer = failed.route().peer();
        if (failed.isRetry() || peer == null || !failure.isWorthARetry()) {
            return null;
        }
        return route(failed.local(), peer.uid()) instanceof Onward other
                        && other.peer() != null
                        && !other.peer().uid().equals(peer.uid())
                ? other
                : null;
    }

    // The relay, and the end.

    @Override
    public void onSent(int bytes) {
        requireNonNull(attempt).telemetry().received(bytes);
    }

    @Override
    public void onReceived(int bytes) {
        requireNonNull(attempt).telemetry().sent(bytes);
    }

    @Override
    public void onEnd(RelayEnd end) {
        Endings.report(requireNonNull(attempt).telemetry(), end);
        finish();
    }

    @Override
    public void cut(CutReason reason) {
        if (relay != null) {
            relay.cut(reason);
            return;
        }
        if (attempt != null) {
            Endings.report(attempt.telemetry(), reason);
        }
        finish(); // Without a line, like the reference, when nobody knew yet whose connection it was.
    }

    @Override
    public void judgeAgain() {
        OutboundAttempt judged = attempt;
        Workload local = context.pod().current();
        // A record that is gone judges nothing: the pod is ending, or the control plane starts over.
        if (over || judged == null || local == null) {
            return;
        }
        String refusal = context.plane().admission().refusal(local, source, destination, judged.route());
        if (refusal != null) {
            LOG.info(
                    "connection from {} to {} closed after a policy update: {}",
                    Addresses.print(source),
                    Addresses.print(destination),
                    refusal);
            cut(CutReason.POLICY);
        }
    }

    @Override
    public ConnectionLimits.@Nullable Owner owner() {
        Workload local = context.pod().current();
        return local == null ? null : ConnectionLimits.Owner.of(Direction.OUTBOUND, local.identity());
    }

    @Override
    public LiveConnections.@Nullable View view() {
        if (attempt == null) {
            return null;
        }
        OpenConnection reported = attempt.reported();
        return new LiveConnections.View(
                Direction.OUTBOUND,
                Addresses.print(source),
                Addresses.print(destination),
                Addresses.print(attempt.route().nextHop()),
                attempt.protocol(),
                reported == null ? null : reported.standing());
    }

    /** The application went before there was a relay. */
    void downstreamGone() {
        if (!over) {
            if (attempt != null) {
                attempt.telemetry().close(ResponseFlag.NONE, null);
            }
            finish();
        }
    }

    private void refuse(String text, @Nullable Service service) {
        context.telemetry().deniedEarly(Direction.OUTBOUND, source, destination, text);
        abort(service);
    }

    /** Ends a connection that got nowhere, so that its application sees what was asked for its service. */
    private void abort(@Nullable Service service) {
        if (context.plane().settings().resets(service)) {
            downstream.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        finish();
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
        if (dial != null) {
            dial.cancel();
        }
        if (attempt != null) {
            attempt.end();
        }
        downstream.close();
    }
}
