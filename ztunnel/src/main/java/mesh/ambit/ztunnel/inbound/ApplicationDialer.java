package mesh.ambit.ztunnel.inbound;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Function;
import mesh.ambit.hbone.Connects;
import mesh.ambit.relay.EarlyBytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects to the pod's application, under the client's address where that may be kept.
 *
 * <p>Sockets are made in a task of the loop, never while the loop handles a batch of events. A later event of the same
 * batch may be about a socket that was closed earlier in it. A socket made in between would get the number of that one,
 * and the stale event would end it before it is connected.
 */
public final class ApplicationDialer {
    private static final Logger LOG = LoggerFactory.getLogger(ApplicationDialer.class);

    private final Function<EventLoop, Bootstrap> plain;
    private final Function<EventLoop, Bootstrap> spoofing;

    /**
     * Creates one.
     *
     * @param plain makes the pod's outgoing sockets on a loop
     * @param spoofing makes those that may bind to a foreign address
     */
    public ApplicationDialer(Function<EventLoop, Bootstrap> plain, Function<EventLoop, Bootstrap> spoofing) {
        this.plain = plain;
        this.spoofing = spoofing;
    }

    /** Connects under the pod's own address. Cancelling the future gives up. */
    Future<Channel> dial(EventLoop loop, InetSocketAddress target) {
        Promise<Channel> promise = loop.newPromise();
        loop.execute(() -> connect(plain.apply(loop).handler(new EarlyBytes()).connect(target), promise));
        return promise;
    }

    /** Connects under the address {@code client}, any port; under the pod's own where the kernel does not take it. */
    Future<Channel> dialAs(EventLoop loop, InetAddress client, InetSocketAddress target) {
        Promise<Channel> promise = loop.newPromise();
        loop.execute(() -> dialAs(loop, client, target, promise));
        return promise;
    }

    private void dialAs(EventLoop loop, InetAddress client, InetSocketAddress target, Promise<Channel> promise) {
        ChannelFuture connect =
                spoofing.apply(loop).handler(new EarlyBytes()).connect(target, new InetSocketAddress(client, 0));
        Connects.whenEnded(connect, done -> {
            if (!done.isSuccess() && !done.isCancelled() && isBindFailure(done.cause())) {
                LOG.warn(
                        "source address {} is not kept: {}",
                        client,
                        done.cause().getMessage());
                connect(plain.apply(loop).handler(new EarlyBytes()).connect(target), promise);
            } else {
                settle(connect, promise);
            }
        });
        cancelWith(promise, connect);
    }

    private static void connect(ChannelFuture connect, Promise<Channel> promise) {
        Connects.whenEnded(connect, done -> settle(done, promise));
        cancelWith(promise, connect);
    }

    private static void cancelWith(Promise<Channel> promise, ChannelFuture connect) {
        promise.addListener(_ -> {
            if (promise.isCancelled()) {
                connect.cancel(false);
                connect.channel().close();
            }
        });
    }

    private static void settle(ChannelFuture connect, Promise<Channel> promise) {
        if (!connect.isSuccess()) {
            promise.tryFailure(connect.cause());
        } else if (!promise.trySuccess(connect.channel())) {
            connect.channel().close();
        }
    }

    private static boolean isBindFailure(Throwable cause) {
        return cause.getMessage() != null && cause.getMessage().startsWith("bind(");
    }
}
