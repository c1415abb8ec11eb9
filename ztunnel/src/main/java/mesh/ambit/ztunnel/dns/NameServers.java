package mesh.ambit.ztunnel.dns;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;

/**
 * The name servers of a {@code resolv.conf}, asked on one event loop through sockets of one {@link SocketSpace}.
 *
 * <p>A question goes out at most three times in all, to the servers in turn, each time from a socket and so a port of its
 * own, and whichever reply comes first counts. Upstream asks nine times within 15 s; whoever asks us gives up after 5 s.
 */
final class NameServers {
    /** How often a question is asked in all. */
    static final int MAX_QUESTIONS = 3;

    /** Within which time there is an answer, be it a failure. */
    static final Duration PATIENCE = Duration.ofMillis(3_750);

    /** What a question says that we take over UDP, where {@code options edns0} has it say so. */
    private static final int EDNS_PAYLOAD = 1232;

    private final Transport transport;
    private final EventLoop loop;
    private final SocketSpace space;
    private final ResolvConf conf;
    private final List<InetSocketAddress> servers;

    NameServers(Transport transport, EventLoop loop, SocketSpace space, ResolvConf conf, int port) {
        this.transport = transport;
        this.loop = loop;
        this.space = space;
        this.conf = conf;
        this.servers = conf.nameservers().stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    /**
     * Asks {@code question}, which is in lower case. Fails with a {@link NoReplyException}, and then within {@link
     * #PATIENCE}; a reply whose code says that the server could not help is a failure too.
     */
    Future<DnsReply> ask(DnsQuestion question) {
        assert loop.inEventLoop();
        Promise<DnsReply> promise = loop.newPromise();
        new Inquiry(this, question, promise).start();
        return promise;
    }

    EventLoop loop() {
        return loop;
    }

    int questions() {
        return Math.min(MAX_QUESTIONS, conf.attempts() + 1);
    }

    /** Returns how long after a question the next one goes out. */
    Duration interval() {
        Duration share = PATIENCE.dividedBy(questions());
        return conf.timeout().compareTo(share) < 0 ? conf.timeout() : share;
    }

    int ednsPayload() {
        return conf.edns0() ? EDNS_PAYLOAD : 0;
    }

    InetSocketAddress server(int number) {
        return servers.get(number % servers.size());
    }

    Bootstrap udp(InetSocketAddress server, ChannelHandler handler) {
        SocketProtocolFamily family =
                server.getAddress() instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        return new Bootstrap()
                .group(loop)
                .channelFactory(() -> space.open(() -> transport.newDatagram(family)))
                .handler(handler);
    }

    Bootstrap tcp(ChannelHandler handler) {
        return transport
                .connector(loop, space)
                .option(ChannelOption.AUTO_READ, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) PATIENCE.toMillis())
                .handler(handler);
    }
}
