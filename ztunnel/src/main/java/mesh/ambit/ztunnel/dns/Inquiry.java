package mesh.ambit.ztunnel.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import mesh.ambit.hbone.Connects;
import org.jspecify.annotations.Nullable;

/** One question to the name servers, until one of them has answered it. Confined to its event loop. */
final class Inquiry {
    /** As much as upstream reads; nobody was told that we take more. */
    private static final int MAX_REPLY_BYTES = 4096;

    private final NameServers servers;
    private final EventLoop loop;
    private final DnsQuestion question;
    private final Promise<DnsReply> promise;
    /** Stay open to the end, since a slow server's reply to the first question may come after the second. */
    private final List<Channel> channels = new ArrayList<>();

    private int asked;
    private int failed;
    private int rcode = Messages.SERVFAIL;
    private String trouble = "net error: request timed out";
    private @Nullable ScheduledFuture<?> timer;

    Inquiry(NameServers servers, DnsQuestion question, Promise<DnsReply> promise) {
        this.servers = servers;
        this.loop = servers.loop();
        this.question = question;
        this.promise = promise;
    }

    void start() {
        promise.addListener(_ -> end());
        next();
    }

    /** Asks the next server; gives up when the last of them has had its time. */
    private void next() {
        if (timer != null) {
            timer.cancel(false);
        }
        if (promise.isDone()) {
            return;
        }
        if (asked == servers.questions()) {
            giveUp();
            return;
        }
        Attempt attempt = new Attempt(servers.server(asked++));
        timer = loop.schedule(this::next, servers.interval().toNanos(), TimeUnit.NANOSECONDS);
        // In a task: an event of this turn may still speak of the descriptor number that a new socket is given.
        loop.execute(attempt::askOverUdp);
    }

    private void giveUp() {
        promise.tryFailure(new NoReplyException(rcode, trouble));
    }

    private void end() {
        if (timer != null) {
            timer.cancel(false);
        }
        channels.forEach(Channel::close);
    }

    /** One question to one server: over UDP, and over TCP when the reply is too long for that. */
    private final class Attempt {
        private final InetSocketAddress server;
        private final int id = ThreadLocalRandom.current().nextInt(0x10000);
        private boolean over;
        private boolean askedOverTcp;

        Attempt(InetSocketAddress server) {
            this.server = server;
        }

        void askOverUdp() {
            if (!promise.isDone()) {
                ChannelFuture connected =
                        servers.udp(server, new UdpReplies(this)).connect(server);
                opened(connected, false);
            }
        }

        private void askOverTcp() {
            // Once: who answers, or speaks in the name of who does, may repeat that there is more.
            if (promise.isDone() || askedOverTcp) {
                return;
            }
            askedOverTcp = true;
            ChannelInitializer<Channel> pipeline = new ChannelInitializer<>() {
                @Override
                protected void initChannel(Channel channel) {
                    channel.pipeline()
                            .addLast(new LengthFieldBasedFrameDecoder(Messages.MAX_BYTES + 2, 0, 2, 0, 2))
                            .addLast(new TcpReplies(Attempt.this));
                }
            };
            opened(servers.tcp(pipeline).connect(server), true);
        }

        private void opened(ChannelFuture connected, boolean tcp) {
            Channel channel = connected.channel();
            if (channel.isOpen()) {
                channels.add(channel);
            }
            Connects.whenEnded(connected, done -> {
                if (promise.isDone()) {
                    channel.close();
                } else if (done.isSuccess()) {
                    channel.writeAndFlush(message(channel, tcp)).addListener(written -> {
                        if (!written.isSuccess()) {
                            fail(written.cause());
                        }
                    });
                } else {
                    fail(done.cause());
                }
            });
        }

        private ByteBuf message(Channel channel, boolean tcp) {
            ByteBuf message = channel.alloc().buffer(Messages.PLAIN_UDP_BYTES);
            if (tcp) {
                message.writeShort(0);
            }
            DnsWriter.question(message, id, question, servers.ednsPayload());
            if (tcp) {
                message.setShort(0, message.readableBytes() - 2);
            }
            return message;
        }

        /** Takes what came to the socket; what does not answer our question there is passed over. */
        void received(ByteBuf message, boolean tcp) {
            DnsReply reply;
            try {
                reply = DnsReply.read(message);
            } catch (DnsFormatException e) {
                return;
            }
            if (reply.id() != id || !reply.question().lower().equals(question)) {
                return;
            }
            if (reply.isTruncated() && !tcp) {
                loop.execute(this::askOverTcp);
                return;
            }
            switch (reply.rcode()) {
                case Messages.NOERROR, Messages.NXDOMAIN -> promise.trySuccess(reply);
                default ->
                    fail(reply.rcode(), "net error: DNS error: error response: " + Messages.nameOf(reply.rcode()));
            }
        }

        void fail(Throwable cause) {
            fail(
                    Messages.SERVFAIL,
                    "net error: io error: " + server.getAddress().getHostAddress() + ": " + cause.getMessage());
        }

        private void fail(int code, String text) {
            if (over || promise.isDone()) {
                return;
            }
            over = true;
            rcode = code;
            trouble = text;
            failed++;
            if (asked < servers.questions()) {
                next();
            } else if (failed == asked) {
                giveUp();
            }
        }
    }

    private static final class UdpReplies extends SimpleChannelInboundHandler<DatagramPacket> {
        private final Attempt attempt;

        UdpReplies(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.channel().config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(MAX_REPLY_BYTES));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
            attempt.received(packet.content(), false);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
            attempt.fail(cause);
        }
    }

    private static final class TcpReplies extends SimpleChannelInboundHandler<ByteBuf> {
        private final Attempt attempt;

        TcpReplies(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
            attempt.received(message, true);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            attempt.fail(new ClosedChannelException());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            // The server will say nothing more.
            ctx.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
            attempt.fail(cause);
        }
    }
}
