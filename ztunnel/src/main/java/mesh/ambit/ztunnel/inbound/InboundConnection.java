package mesh.ambit.ztunnel.inbound;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import mesh.ambit.hbone.ProxyHeader;
import mesh.ambit.hbone.SocketErrors;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Connection;
import mesh.ambit.relay.CutReason;
import mesh.ambit.relay.Relay;
import mesh.ambit.relay.RelayEnd;
import mesh.ambit.relay.RelayObserver;
import mesh.ambit.relay.RelayTap;
import mesh.ambit.telemetry.ConnectionDetails;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.ResponseFlag;
import mesh.ambit.ztunnel.inpod.Endings;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.MeshLookup;
import mesh.ambit.ztunnel.insight.HttpInsight;
import mesh.ambit.ztunnel.limits.ConnectionLimits;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One inbound connection, tunnelled or plain: wait for the workload, judge, connect to the application, answer, relay;
 * and judge again whenever policies change, until it ends. Confined to its event loop.
 */
final class InboundConnection implements LiveConnections.Live, RelayObserver {
    private static final Logger LOG = LoggerFactory.getLogger(InboundConnection.class);

    /** Where upstream tells of connections that policies end. */
    private static final Logger LATE = LoggerFactory.getLogger("ztunnel.proxy.connection_manager");
    /** What a tunnel's client is answered when a policy forbids the connection. */
    private static final int DENIED_STATUS = 401;

    /** What it is answered when the application does not take the connection. */
    private static final int UNREACHABLE_STATUS = 503;

    private static final InetAddress LOOPBACK_4 = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress LOOPBACK_6 = InetAddress.ofLiteral("::1");

    /**
     * What is known once the target is decided.
     *
     * @param details what telemetry reports
     * @param facts what policies see
     * @param overLoopback whether the application is reached over loopback
     * @param header what it is told before the first byte; null for nothing
     * @param hint the host that the peer named; null when it named none
     */
    record Plan(
            ConnectionDetails details,
            Connection facts,
            boolean overLoopback,
            @Nullable ProxyHeader header,
            @Nullable String hint) {}

    private final InboundContext context;
    private final Judge judge;
    private final EventLoop loop;
    private final Caller caller;
    private final InetSocketAddress source;
    private final InetSocketAddress accepted;

    private @Nullable Plan plan;
    private @Nullable OpenConnection open;
    private @Nullable Future<?> pending;
    private @Nullable Relay relay;
    private @Nullable HttpInsight insight;

    /** The peer has gone before it had its answer. */
    private boolean deserted;

    /** The policies have changed their mind. Whoever is still being connected is cut in the place of its answer. */
    private boolean condemned;

    private boolean over;

    /**
     * Creates one and keeps it.
     *
     * @param source where it comes from
     * @param accepted the address that an early refusal reports
     */
    InboundConnection(
            InboundContext context,
            EventLoop loop,
            Caller caller,
            InetSocketAddress source,
            InetSocketAddress accepted) {
        assert loop.inEventLoop();
        this.context = context;
        this.judge = new Judge(context);
        this.loop = loop;
        this.caller = caller;
        this.source = source;
        this.accepted = accepted;
        context.connections().add(loop, this);
    }

    boolean isOver() {
        return over;
    }

    /** Refuses before anything is known but the addresses. */
    void refuse(int status, String text) {
        context.telemetry().deniedEarly(Direction.INBOUND, source, accepted, text);
        caller.refuse(status);
        finish();
    }

    /**
     * Calls {@code next} with the pod's workload once it is known and what {@code lookups} look for has been asked for; refuses
     * if the workload stays unknown.
     */
    void withWorkload(List<MeshLookup.Step> lookups, Consumer<Workload> next) {
        Future<Workload> local = context.pod().await(loop, lookups);
        pending = local;
        local.addListener((Future<Workload> done) -> {
            if (over) {
                return;
            }
            pending = null;
            if (done.isSuccess()) {
                next.accept(done.getNow());
            } else {
                refuse(
                        InboundTarget.Reason.UNKNOWN_WORKLOAD.status(),
                        String.valueOf(done.cause().getMessage()));
            }
        });
    }

    /** Judges the connection and takes it to the application. */
    void serve(Workload local, Plan decided) {
        plan = decided;
        OpenConnection reported = context.telemetry().opened(decided.details());
        open = reported;
        String refusal =
                judge.refusal(local, decided.facts(), new Scene(context.pod().info(), caller, source));
        if (refusal != null) {
            reported.close(ResponseFlag.DENY, "connection closed due to policy rejection: " + refusal);
            caller.refuse(DENIED_STATUS);
            finish();
            return;
        }
        Future<Channel> dialled = dial(decided);
        pending = dialled;
        dialled.addListener((Future<Channel> done) -> {
            pending = null;
            if (done.isSuccess()) {
                if (over || condemned || deserted) {
                    done.getNow().close();
                    tooLate(reported);
                } else {
                    join(done.getNow(), decided.header());
                }
            } else if (!over) {
                reported.close(ResponseFlag.CONNECT, "connection failed: " + SocketErrors.text(done.cause()));
                caller.refuse(UNREACHABLE_STATUS);
                finish();
            }
        });
    }

    /** The peer went before it had its answer. What comes of the connect is told all the same, as by the reference. */
    void abandoned() {
        deserted = true;
        if (open == null) {
            finish();
        }
    }

    /** The application is there, and nobody is to be let in any more. */
    private void tooLate(OpenConnection reported) {
        if (over) {
            return;
        }
        if (condemned) {
            Endings.report(reported, CutReason.POLICY);
            caller.abandon();
        } else {
            caller.reportDesertion(reported);
        }
        finish();
    }

    private Future<Channel> dial(Plan decided) {
        InetAddress client = decided.facts().source();
        InetSocketAddress target = decided.facts().destination();
        if (decided.overLoopback()) {
            // Under the loopback address itself, which the kernel takes of its own accord.
            return context.dialer().dial(loop, loopback(target));
        }
        // A pod that calls itself goes direct: its own address is nothing to be spoofed.
        boolean keep = context.keepsSource().getAsBoolean() && !client.equals(target.getAddress());
        return keep
                ? context.dialer().dialAs(loop, client, target)
                : context.dialer().dial(loop, target);
    }

    private static InetSocketAddress loopback(InetSocketAddress target) {
        return new InetSocketAddress(
                target.getAddress() instanceof Inet4Address ? LOOPBACK_4 : LOOPBACK_6, target.getPort());
    }

    private void join(Channel application, @Nullable ProxyHeader header) {
        if (header != null) {
            // Nothing waits before it, and nobody counts it.
            application.writeAndFlush(header.encode(application.alloc()));
        }
        relay = caller.join(application, this);
    }

    @Override
    public void judgeAgain() {
        Workload local = context.pod().current();
        // A record that is gone judges nothing: the pod is ending, or the control plane starts over.
        if (over || condemned || plan == null || local == null) {
            return;
        }
        Scene scene = new Scene(context.pod().info(), null, source);
        String refusal = judge.lateRefusal(local, plan.facts(), scene);
        if (refusal != null) {
            scene.on(LATE.atInfo())
                    .log(
                            "connection {}({})->{} ({}) closed because it's no longer allowed after a policy update",
                            Addresses.print(source),
                            plan.facts().identity() == null
                                    ? "None"
                                    : plan.facts().identity(),
                            Addresses.print(plan.facts().destination()),
                            local.uid());
            LOG.debug("connection from {} closed: {}", Addresses.print(source), refusal);
            condemned = true;
            if (relay != null) {
                relay.cut(CutReason.POLICY);
            }
        }
    }

    @Override
    public void cut(CutReason reason) {
        if (relay != null) {
            relay.cut(reason);
            return;
        }
        if (over) {
            return;
        }
        if (open != null) {
            Endings.report(open, reason);
        }
        // Without a line, like the reference, when nobody knew yet whose connection it was.
        caller.abandon();
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
    public @Nullable RelayTap tap() {
        OpenConnection reported = requireNonNull(open);
        insight = context.telemetry().insight(reported.details(), HttpInsight::new);
        return insight;
    }

    @Override
    public void onEnd(RelayEnd end) {
        if (insight != null) {
            insight.end();
        }
        Endings.report(requireNonNull(open), end);
        finish();
    }

    @Override
    public ConnectionLimits.@Nullable Owner owner() {
        SpiffeId peer = caller.peer();
        return peer == null ? null : ConnectionLimits.Owner.of(Direction.INBOUND, peer);
    }

    @Override
    public LiveConnections.@Nullable View view() {
        if (plan == null) {
            return null;
        }
        return new LiveConnections.View(
                Direction.INBOUND,
                Addresses.print(source),
                plan.hint(),
                Addresses.print(plan.facts().destination()),
                plan.facts().identity() == null ? "TCP" : "HBONE",
                open == null ? null : open.standing());
    }

    private void finish() {
        if (over) {
            return;
        }
        over = true;
        context.connections().remove(loop, this);
        if (pending != null) {
            pending.cancel(false);
        }
    }
}
