package mesh.ambit.ztunnel.inbound;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Authorizer;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.Verdict;
import mesh.ambit.policy.Verdict.Denied;
import mesh.ambit.relay.CutReason;
import mesh.ambit.relay.Relay;
import mesh.ambit.relay.RelayEnd;
import mesh.ambit.relay.RelayObserver;
import mesh.ambit.telemetry.ConnectionDetails;
import mesh.ambit.telemetry.Direction;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.ResponseFlag;
import mesh.ambit.ztunnel.inpod.Endings;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.SocketFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One inbound connection, tunnelled or plain: wait for the workload, judge, connect to the application, answer, relay;
 * and judge again whenever policies change, until it ends. Confined to its event loop.
 */
final class InboundConnection implements LiveConnections.Live, RelayObserver {
    private static final Logger LOG = LoggerFactory.getLogger(InboundConnection.class);

    /**
     * What is known once the target is decided.
     *
     * @param details what telemetry reports
     * @param facts what policies see
     * @param hint the host that the peer named; null when it named none
     */
    record Plan(
            ConnectionDetails details,
            Connection facts,
            @Nullable String hint) {}

    private final InboundContext context;
    private final EventLoop loop;
    private final Caller caller;
    private final InetSocketAddress source;
    private final InetSocketAddress accepted;

    private @Nullable Plan plan;
    private @Nullable OpenConnection open;
    private @Nullable Future<?> pending;
    private @Nullable Relay relay;
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

    /** Calls {@code next} with the pod's workload once it is known, and refuses if it stays unknown. */
    void withWorkload(Consumer<Workload> next) {
        Future<Workload> local = context.pod().await(loop);
        pending = local;
        local.addListener((Future<Workload> done) -> {
            if (over) {
                return;
            }
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
        Verdict verdict = Authorizer.authorize(context.policies().current(), local, decided.facts());
        context.decisions().write(verdict);
        if (verdict instanceof Denied denied) {
            reported.close(ResponseFlag.DENY, "connection closed due to policy rejection: " + denied.reason());
            caller.refuse(401);
            finish();
            return;
        }
        Future<Channel> dialled = dial(decided.facts().source(), decided.facts().destination());
        pending = dialled;
        dialled.addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                if (over) {
                    done.getNow().close();
                } else {
                    relay = caller.join(done.getNow(), this);
                }
            } else if (!over) {
                reported.close(ResponseFlag.CONNECT, "connection failed: " + SocketFailure.text(done.cause()));
                caller.refuse(503);
                finish();
            }
        });
    }

    /** The peer went before it had its answer. */
    void abandoned() {
        if (!over) {
            if (open != null) {
                open.close(ResponseFlag.NONE, null);
            }
            finish();
        }
    }

    private Future<Channel> dial(InetAddress client, InetSocketAddress target) {
        // A pod that calls itself goes direct: its own address is nothing to be spoofed.
        boolean keep = context.keepsSource().getAsBoolean() && !client.equals(target.getAddress());
        return keep
                ? context.dialer().dialAs(loop, client, target)
                : context.dialer().dial(loop, target);
    }

    @Override
    public void judgeAgain() {
        Workload local = context.pod().current();
        // A record that is gone judges nothing: the pod is ending, or the control plane starts over.
        if (over || plan == null || local == null) {
            return;
        }
        Verdict verdict = Authorizer.authorize(context.policies().current(), local, plan.facts());
        if (verdict instanceof Denied denied) {
            LOG.info(
                    "connection from {} to {} closed because it's no longer allowed after a policy update: {}",
                    Addresses.print(source),
                    Addresses.print(plan.facts().destination()),
                    denied.reason());
            cut(CutReason.POLICY);
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
        } else {
            context.telemetry().deniedEarly(Direction.INBOUND, source, accepted, Endings.DRAINED);
        }
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
    public void onEnd(RelayEnd end) {
        Endings.report(requireNonNull(open), end);
        finish();
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
                plan.facts().identity() == null ? "TCP" : "HBONE");
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
