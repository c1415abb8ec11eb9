package mesh.ambit.istiod.kube.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One connection to an API server, which one exchange after the other uses. Lives on its event loop. */
final class ApiChannel extends ChannelInboundHandlerAdapter {
    private final Owner owner;
    private @Nullable ApiExchange exchange;
    private boolean reused;

    /** The answer that is being read is followed by the real one. */
    private boolean preliminary;

    private boolean keepAlive;

    /** Who gives connections their exchanges. */
    interface Owner {
        /** The connection is free for another exchange. */
        void free(Channel channel);

        /** The connection ended before anything was said on it about an exchange that may be tried on another. */
        void again(ApiExchange exchange);
    }

    ApiChannel(Owner owner) {
        this.owner = owner;
    }

    /** Sends a request on the free connection {@code channel}. */
    static void begin(Channel channel, ApiExchange next, boolean reused) {
        ApiChannel handler = channel.pipeline().get(ApiChannel.class);
        if (handler == null || !next.sentOn(channel)) {
            next.failed(new IOException("the connection was given up"));
            channel.close();
            return;
        }
        handler.exchange = next;
        handler.reused = reused;
        channel.config().setAutoRead(true);
        channel.writeAndFlush(next.request().retainedDuplicate(), channel.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        try {
            ApiExchange current = exchange;
            if (current == null || !(message instanceof HttpObject part)) {
                // Nobody asked.
                context.close();
            } else if (part.decoderResult().isFailure()) {
                Throwable cause = part.decoderResult().cause();
                fail(context, new IOException("the answer is no HTTP: " + cause.getMessage(), cause));
            } else {
                take(context, current, part);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void take(ChannelHandlerContext context, ApiExchange current, HttpObject part) throws Exception {
        if (part instanceof HttpResponse head) {
            preliminary = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            if (!preliminary) {
                keepAlive = HttpUtil.isKeepAlive(head);
                current.begun(head.status().code(), head.headers());
            }
        }
        if (part instanceof HttpContent content && !preliminary) {
            current.deliver(content.content(), context.channel());
            if (content instanceof LastHttpContent) {
                exchange = null;
                current.finished();
                if (keepAlive) {
                    context.channel().config().setAutoRead(true);
                    owner.free(context.channel());
                } else {
                    context.close();
                }
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ApiExchange current = exchange;
        exchange = null;
        if (current != null && reused && current.mayBeRepeated()) {
            // It was closed while our request was on its way.
            owner.again(current);
        } else if (current != null) {
            current.failed(new IOException("the connection ended"));
        }
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (reused && exchange != null && exchange.mayBeRepeated()) {
            // What follows is the end of the connection.
            context.close();
        } else {
            fail(context, cause);
        }
    }

    private void fail(ChannelHandlerContext context, Throwable cause) {
        ApiExchange current = exchange;
        exchange = null;
        if (current != null) {
            current.failed(cause);
        }
        context.close();
    }
}
