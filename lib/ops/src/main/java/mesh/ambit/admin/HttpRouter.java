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
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the route of a request and writes its answer. */
final class HttpRouter extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpRouter.class);

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final Pattern SCHEME_AND_HOST = Pattern.compile("^[a-z]+://[^/?#]*", Pattern.CASE_INSENSITIVE);

    /** The reference's bound: more lines in a head are refused like a head that is too long. */
    private static final int MAX_FIELDS = 100;

    private final Map<String, HttpRoute> routes;

    HttpRouter(Map<String, HttpRoute> routes) {
        this.routes = routes;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        HttpMethod method = request.method();
        Throwable broken = request.decoderResult().cause();
        if (broken != null) {
            write(ctx, method, HttpVersion.HTTP_1_1, refuse(broken), false);
            return;
        }
        if (request.method().name().equals("PRI")) {
            ctx.close(); // HTTP/2 is not spoken here, and whoever speaks it would not understand an answer.
            return;
        }
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            write(ctx, method, HttpVersion.HTTP_1_1, HttpReply.empty(400), false);
            return;
        }
        if (!isUtf8(request.uri())) {
            write(ctx, method, HttpVersion.HTTP_1_1, HttpReply.empty(400), false);
            return;
        }
        if (request.headers().size() > MAX_FIELDS) {
            write(ctx, method, HttpVersion.HTTP_1_1, HttpReply.empty(431), false);
            return;
        }
        boolean keepAlive = HttpUtil.isKeepAlive(request);
        HttpQuery query = query(request, ctx.channel().remoteAddress());
        HttpRoute route = routes.get(query.path());
        if (route == null || !route.mayBlock()) {
            write(ctx, method, version, answer(route, query), keepAlive);
            return;
        }
        HeadTimeout timeout = ctx.pipeline().get(HeadTimeout.class);
        if (timeout != null) {
            timeout.requestIsComplete();
        }
        // One answer after the other, also to a client that does not wait for them.
        ctx.channel().config().setAutoRead(false);
        Thread.ofVirtual().name("ambit-http-route").start(() -> {
            try {
                HttpReply reply = answer(route, query);
                ctx.executor().execute(() -> {
                    write(ctx, method, version, reply, keepAlive);
                    ctx.channel().config().setAutoRead(true);
                });
            } catch (Error e) {
                // Without an answer the client would wait, and its own end would not be noticed.
                LOG.error("request to {} failed", query.path(), e);
                ctx.executor().execute(ctx::close);
            }
        });
    }

    private static void write(
            ChannelHandlerContext ctx, HttpMethod method, HttpVersion version, HttpReply reply, boolean keepAlive) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                version, HttpResponseStatus.valueOf(reply.status()), Unpooled.wrappedBuffer(reply.content()));
        if (reply.contentType() != null) {
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, reply.contentType());
        }
        if (reply.varies()) {
            response.headers().set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
        }
        HttpUtil.setKeepAlive(response, keepAlive);
        int length = response.content().readableBytes();
        if (length > 0 || !method.equals(HttpMethod.HEAD)) {
            HttpUtil.setContentLength(response, length);
        }
        response.headers().set(HttpHeaderNames.DATE, HTTP_DATE.format(Instant.now()));
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

    /** The decoder gives out bytes, one to a character. */
    private static boolean isUtf8(String uri) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(uri.getBytes(StandardCharsets.ISO_8859_1)));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    private static boolean isLoopback(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet
                && !inet.isUnresolved()
                && inet.getAddress().isLoopbackAddress();
    }

    private static HttpQuery query(FullHttpRequest request, SocketAddress peer) {
        // Whoever speaks as to a proxy names the host too (RFC 9112, section 3.2.2).
        String target = SCHEME_AND_HOST.matcher(request.uri()).replaceFirst("");
        int fragment = target.indexOf('#');
        String uri = fragment < 0 ? target : target.substring(0, fragment);
        int mark = uri.indexOf('?');
        return new HttpQuery(
                request.method().name(),
                mark < 0 ? uri : uri.substring(0, mark), // Routes have nothing in them that would have to be encoded.
                mark < 0 ? Map.of() : FormParameters.of(uri.substring(mark + 1)),
                String.join(",", request.headers().getAll(HttpHeaderNames.ACCEPT)),
                requireNonNullElse(request.headers().get(HttpHeaderNames.AUTHORIZATION), ""),
                isLoopback(peer),
                request.content().toString(StandardCharsets.UTF_8));
    }

    private static HttpReply answer(@Nullable HttpRoute route, HttpQuery query) {
        if (route == null) {
            return HttpReply.empty(404);
        }
        try {
            return route.answer(query);
        } catch (RuntimeException | StackOverflowError e) {
            // The latter is how a body fails that leads its reader too deep; without an answer the client would wait.
            LOG.warn("request to {} failed", query.path(), e);
            return HttpReply.text(500, requireNonNullElse(e.getMessage(), "internal error") + "\n");
        }
    }

    private static HttpReply refuse(Throwable broken) {
        return switch (broken) {
            case TooLongHttpHeaderException e -> HttpReply.empty(431);
            case TooLongHttpLineException e -> HttpReply.empty(431);
            default -> HttpReply.empty(400);
        };
    }
}
