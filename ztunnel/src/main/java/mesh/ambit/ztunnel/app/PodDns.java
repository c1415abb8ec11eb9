package mesh.ambit.ztunnel.app;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.ztunnel.dns.DnsContext;
import mesh.ambit.ztunnel.dns.DnsProxy;
import mesh.ambit.ztunnel.inpod.LocalWorkload;
import mesh.ambit.ztunnel.inpod.PodSockets;
import mesh.ambit.ztunnel.inpod.PodStartException;
import mesh.ambit.ztunnel.inpod.Transparency;
import mesh.ambit.ztunnel.outbound.SocksNames;
import org.jspecify.annotations.Nullable;

/** The DNS proxy of a pod, if pods have one: opened in the pod's namespace, and waited for. */
final class PodDns {
    private final DnsContext context;
    private final PodSockets sockets;
    private final @Nullable DnsProxy proxy;

    PodDns(DnsContext context, LocalWorkload local, EventLoop loop, PodSockets sockets, boolean reusePort) {
        this.context = context;
        this.sockets = sockets;
        this.proxy = context.settings().enabled()
                ? new DnsProxy(
                        context,
                        local,
                        loop,
                        sockets.listening(reusePort, new Transparency(Transparency.Wish.OFF), false),
                        sockets.outgoing())
                : null;
    }

    /**
     * Opens the listeners, for connections and then for datagrams at each address; nobody is answered before
     * {@link #begin}. Blocks.
     */
    void listen() throws PodStartException {
        if (proxy == null) {
            return;
        }
        boolean ipv6;
        try {
            ipv6 = context.ipv6() && sockets.call(Loopback::hasIpv6);
        } catch (
                LinuxException e) { // what we were given is no network namespace: the first listener would fail just so
            throw BindFailure.of(context.settings().listeners(false).getFirst(), e);
        }
        for (InetSocketAddress address : context.settings().listeners(ipv6)) {
            await(proxy.listenTcp(address), address);
            await(proxy.listenUdp(address), address);
        }
    }

    /** As {@link DnsProxy#begin}. */
    void begin() {
        if (proxy != null) {
            proxy.begin();
        }
    }

    private static void await(ChannelFuture bound, InetSocketAddress address) throws PodStartException {
        bound.awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw BindFailure.of(address, bound.cause());
        }
    }

    /** Returns what names stand for, just as the pod is told when it asks for them; null without a proxy. */
    @Nullable
    SocksNames names() {
        return proxy == null ? null : proxy::address;
    }

    /** As {@link DnsProxy#drain}. */
    CompletionStage<Void> drain() {
        return proxy == null ? CompletableFuture.completedFuture(null) : proxy.drain();
    }

    /** As {@link DnsProxy#close}. */
    void close() {
        if (proxy != null) {
            proxy.close();
        }
    }
}
