package mesh.ambit.ztunnel.outbound;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import mesh.ambit.model.Addresses;
import mesh.ambit.relay.EarlyBytes;
import mesh.ambit.ztunnel.outbound.SocksParser.Message;
import mesh.ambit.ztunnel.outbound.SocksParser.SocksException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the connections of applications that name their destination themselves, by SOCKS5, instead of being captured.
 * Success is told before the destination is connected, as upstream does: it says that the request was understood. One
 * for a pod.
 */
@Sharable
public final class SocksCapture extends ChannelInitializer<Channel> {
    private static final Logger LOG = LoggerFactory.getLogger(SocksCapture.class);

    private final OutboundContext context;
    private final @Nullable SocksNames names;

    /** Creates one; without {@code names} only addresses are understood. */
    public SocksCapture(OutboundContext context, @Nullable SocksNames names) {
        this.context = context;
        this.names = names;
    }

    /** RFC 1928, section 6: what a reply says. */
    private enum Reply {
        SUCCEEDED(0),
        GENERAL_FAILURE(1),
        HOST_UNREACHABLE(4),
        COMMAND_NOT_SUPPORTED(7);

        private final int code;

        Reply(int code) {
            this.code = code;
        }

        /** Returns the reply; we are bound to nothing that would mean anything to a client. */
        ByteBuf bytes(ByteBufAllocator allocator) {
            return allocator
                    .buffer(10)
                    .writeByte(5)
                    .writeByte(code)
                    .writeByte(0)
                    .writeByte(1)
                    .writeInt(0)
                    .writeShort(0);
        }
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new Negotiation(), new EarlyBytes());
    }

    /** The talk with one client until its destination is known. */
    private final class Negotiation extends ChannelInboundHandlerAdapter {
        private final SocksParser parser = new SocksParser();
        private @Nullable ByteBuf said;
        private @Nullable Future<InetAddress> lookup;
        private boolean understood;
        private boolean over;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            OutboundCapture.count(context, ctx.channel());
            ctx.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (understood || over) {
                // Early bytes of the application: they wait for the relay.
                ctx.fireChannelRead(msg);
                return;
            }
            ByteBuf in = (ByteBuf) msg;
            if (said == null) {
                said = ctx.alloc().buffer(SocksParser.MAX_BYTES);
            }
            said.writeBytes(in);
            in.release();
            try {
                listen(ctx, said);
            } catch (SocksException e) {
                refuse(ctx, Reply.COMMAND_NOT_SUPPORTED, String.valueOf(e.getMessage()), said.isReadable());
            }
        }

        private void listen(ChannelHandlerContext ctx, ByteBuf in) throws SocksException {
            Message message = parser.read(in);
            while (message instanceof Message.Greeting) {
                ctx.writeAndFlush(ctx.alloc().buffer(2).writeByte(5).writeByte(0));
                message = parser.read(in);
            }
            switch (message) {
                case null -> {}
                case Message.Greeting _ -> {}
                case Message.ToAddress(InetAddress address, int port) -> {
                    understood(ctx, in);
                    connect(ctx, new InetSocketAddress(address, port));
                }
                case Message.ToName(String name, int port) -> {
                    understood(ctx, in);
                    resolve(ctx, name, port);
                }
            }
        }

        /** Whatever the client has said after its request is the application's. */
        private void understood(ChannelHandlerContext ctx, ByteBuf rest) {
            understood = true;
            said = null;
            if (rest.isReadable()) {
                ctx.fireChannelRead(rest);
            } else {
                rest.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (!understood && !over) {
                ctx.read();
            }
        }

        private void resolve(ChannelHandlerContext ctx, String name, int port) {
            if (names == null) {
                refuse(ctx, Reply.COMMAND_NOT_SUPPORTED, "unsupported hostname lookup, requires DNS enabled", true);
                return;
            }
            Future<InetAddress> asked = names.resolve(name, ctx.channel().eventLoop());
            lookup = asked;
            asked.addListener((Future<InetAddress> done) -> {
                if (over) {
                    return;
                }
                if (done.isSuccess()) {
                    connect(ctx, new InetSocketAddress(done.getNow(), port));
                } else {
                    // The port is never read where the name leads nowhere.
                    refuse(
                            ctx,
                            Reply.HOST_UNREACHABLE,
                            name + ": " + done.cause().getMessage(),
                            true);
                }
            });
        }

        private void connect(ChannelHandlerContext ctx, InetSocketAddress destination) {
            over = true;
            ctx.writeAndFlush(Reply.SUCCEEDED.bytes(ctx.alloc()));
            OutboundCapture.begin(context, ctx, Addresses.canonical(destination));
            ctx.pipeline().remove(this);
        }

        /** A client that has said more than was listened to sees a reset behind the reply, as a kernel does it by itself. */
        private void refuse(ChannelHandlerContext ctx, Reply reply, String why, boolean unread) {
            over = true;
            LOG.warn("failed to negotiate socks connection: {}", why);
            ctx.writeAndFlush(reply.bytes(ctx.alloc())).addListener((ChannelFuture written) -> {
                if (unread && ctx.channel().isOpen()) {
                    ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                }
                ctx.close();
            });
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !understood && !over) {
                refuse(ctx, Reply.GENERAL_FAILURE, "io error: unexpected end of file", false);
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            over = true;
            if (lookup != null) {
                lookup.cancel(false);
            }
            ctx.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            LOG.debug("socks client {}: {}", ctx.channel(), cause.toString());
            ctx.close();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            if (said != null) {
                said.release();
                said = null;
            }
        }
    }
}
