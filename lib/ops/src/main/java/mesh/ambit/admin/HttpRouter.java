package mesh.ambit.admin;

import static java.util.Objects.requireNonNullElse;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the route of a request and writes its answer. */
final class HttpRouter extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRouter.class);

    private final Map<String, HttpRoute> routes;

    HttpRouter(Map<String, HttpRoute> routes) {
        this.routes = routes;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        Throwable broken = request.decoderResult().cause();
        boolean keepAlive = broken == null && HttpUtil.isKeepAlive(request);
        HttpReply reply = broken == null ? answer(request, ctx.channel().remoteAddress()) : refuse(broken);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(reply.status()),
                Unpooled.copiedBuffer(reply.body(), StandardCharsets.UTF_8));
        if (reply.contentType() != null) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
        }
        HttpUtil.setContentLength(response, response.content().readableBytes());
        HttpUtil.setKeepAlive(response, keepAlive);
        var written = ctx.writeAndFlush(response);
        if (!keepAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            // Answers are written before this event can come; nothing more will be asked.
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: closed", ctx.channel(), cause);
        ctx.close();
    }

    private static boolean isLoopback(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet
                && !inet.isUnresolved()
                && inet.getAddress().isLoopbackAddress();
    }

    private HttpReply answer(FullHttpRequest request, SocketAddress peer) {
        try {
            QueryStringDecoder uri = new QueryStringDecoder(request.uri());
            HttpRoute route = routes.get(uri.path());
            @Nullable String accept = request.headers().get(HttpHeaderNames.ACCEPT);
            return route == null
                    ? HttpReply.empty(404)
                    : route.answer(new HttpQuery(
                            request.method().name(),
                            uri.path(),
                            uri.parameters(),
                            requireNonNullElse(accept, ""),
                            isLoopback(peer)));
        } catch (RuntimeException e) {
            LOG.warn("request to {} failed", request.uri(), e);
            return HttpReply.text(500, requireNonNullElse(e.getMessage(), "internal error") + "\n");
        }
    }

    private static HttpReply refuse(Throwable broken) {
        return switch (broken) {
            case TooLongHttpHeaderException e -> HttpReply.empty(431);
            case TooLongHttpLineException e -> HttpReply.empty(414);
            default -> HttpReply.empty(400);
        };
    }
}
