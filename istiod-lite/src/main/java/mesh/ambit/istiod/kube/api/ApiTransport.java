package mesh.ambit.istiod.kube.api;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpClient;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.http.StandardWebSocketBuilder;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketResponse;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mesh.ambit.relay.Transport;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 with one API server, on one event loop and with its native TLS. A request has a connection to itself until its
 * answer is over; so each watch has one, and a few wait for what is asked now and then. Follows no redirections: no server
 * sends credentials elsewhere.
 *
 * <p>What it replaces, the JDK's client, costs three changes of threads for each event of a watch where this one costs one,
 * and deciphers with code that is slow until it is compiled.
 */
final class ApiTransport extends StandardHttpClient<ApiTransport, HttpClient.Factory, ApiTransportBuilder>
        implements ApiChannel.Owner {
    /** How long a connection waits for the next request: less than servers, and what stands before them, have patience. */
    private static final long MAX_IDLE_SECONDS = 30;

    private static final int MAX_IDLE = 8;
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    private final EventLoop loop;
    private final URI server;
    private final @Nullable SslContext tls;
    private final int port;

    /** The rest belongs to the loop. */
    private final Deque<Idle> idle;

    private final Set<Channel> open;

    /** Whether somebody will look for connections that have waited for long. */
    private boolean expires;

    /** A connection that waits, and until when. */
    private record Idle(Channel channel, long untilNanos) {}

    ApiTransport(
            ApiTransportBuilder builder, EventLoop loop, URI server, @Nullable SslContext tls, AtomicBoolean closed) {
        super(builder, closed);
        this.loop = loop;
        this.server = server;
        this.tls = tls;
        this.port = server.getPort() > 0 ? server.getPort() : tls == null ? HTTP_PORT : HTTPS_PORT;
        this.idle = new ArrayDeque<>();
        this.open = new HashSet<>();
    }

    /** Creates one that shares the connections of {@code other}. */
    ApiTransport(ApiTransportBuilder builder, ApiTransport other) {
        super(builder, other.getClosed());
        this.loop = other.loop;
        this.server = other.server;
        this.tls = other.tls;
        this.port = other.port;
        this.idle = other.idle;
        this.open = other.open;
    }

    @Override
    public CompletableFuture<HttpResponse<AsyncBody>> consumeBytesDirect(
            StandardHttpRequest asked, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (isClosed()) {
            throw new IllegalStateException("closed");
        }
        InetAddress[] addresses;
        FullHttpRequest request;
        try {
            // Here, where it may block, and not on the event loop.
            addresses = InetAddress.getAllByName(host());
            request = request(asked);
        } catch (UnknownHostException e) {
            return CompletableFuture.failedFuture(e);
        } catch (IllegalArgumentException e) {
            // Not its words: a token may be what it complains of.
            return CompletableFuture.failedFuture(new IOException("a header or the path cannot be sent"));
        }
        ApiExchange exchange = new ApiExchange(asked, request, consumer);
        loop.execute(() -> begin(exchange, addresses));
        return exchange.answer();
    }

    private String host() {
        String host = String.valueOf(server.getHost());
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private FullHttpRequest request(StandardHttpRequest asked) {
        URI uri = asked.uri();
        if (!String.valueOf(uri.getRawAuthority()).equals(server.getRawAuthority())) {
            throw new IllegalArgumentException("not our server");
        }
        String query = uri.getRawQuery();
        byte[] body = body(asked.body());
        ByteBuf content = body == null ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(asked.method()),
                query == null ? uri.getRawPath() : uri.getRawPath() + "?" + query,
                content);
        asked.headers().forEach((name, values) -> request.headers().add(name, values));
        if (!request.headers().contains(HttpHeaderNames.HOST)) {
            request.headers().set(HttpHeaderNames.HOST, server.getRawAuthority());
        }
        if (asked.getContentType() != null) {
            request.headers().set(HttpHeaderNames.CONTENT_TYPE, asked.getContentType());
        }
        if (body != null || !request.method().equals(HttpMethod.GET)) {
            request.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        }
        return request;
    }

    private static byte @Nullable [] body(StandardHttpRequest.@Nullable BodyContent content) {
        return switch (content) {
            case null -> null;
            case StandardHttpRequest.StringBodyContent text -> text.getContent().getBytes(StandardCharsets.UTF_8);
            case StandardHttpRequest.ByteArrayBodyContent bytes -> bytes.getContent();
            default -> throw new IllegalArgumentException("a body of this kind is not sent");
        };
    }

    private void begin(ApiExchange exchange, InetAddress[] addresses) {
        for (Idle next = idle.pollLast(); next != null; next = idle.pollLast()) {
            if (next.channel().isActive()) {
                ApiChannel.begin(next.channel(), exchange, true);
                return;
            }
        }
        connect(exchange, addresses, 0);
    }

    private void connect(ApiExchange exchange, InetAddress[] addresses, int index) {
        if (isClosed()) {
            exchange.failed(new IOException("the connection was given up"));
            return;
        }
        ApiTransport owner = this;
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channelFactory(Transport.best()::newSocket)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        // Not before: one that cannot be made never says that it is closed.
                        open.add(channel);
                        channel.closeFuture().addListener(_ -> open.remove(channel));
                        if (tls != null) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc(), serverName(), port));
                        }
                        channel.pipeline()
                                .addLast(
                                        new HttpClientCodec(MAX_HEAD_BYTES, MAX_HEAD_BYTES, MAX_HEAD_BYTES),
                                        new ApiChannel(owner));
                    }
                })
                .connect(new InetSocketAddress(addresses[index], port));
        Channel channel = connected.channel();
        connected.addListener(_ -> {
            if (!connected.isSuccess() && index + 1 < addresses.length) {
                connect(exchange, addresses, index + 1);
            } else if (!connected.isSuccess()) {
                exchange.failed(connected.cause());
            } else {
                secure(exchange, channel);
            }
        });
    }

    private static void secure(ApiExchange exchange, Channel channel) {
        SslHandler handler = channel.pipeline().get(SslHandler.class);
        if (handler == null) {
            ApiChannel.begin(channel, exchange, false);
            return;
        }
        handler.handshakeFuture().addListener(shaken -> {
            if (shaken.isSuccess()) {
                ApiChannel.begin(channel, exchange, false);
            } else {
                exchange.failed(shaken.cause());
                channel.close();
            }
        });
    }

    private int connectMillis() {
        return builder.getConnectTimeout() == null
                ? (int) ApiServer.PATIENCE.toMillis()
                : (int) builder.getConnectTimeout().toMillis();
    }

    /** Returns by which name the server has to prove who it is. */
    private String serverName() {
        String named = builder.getTlsServerName();
        return named == null || named.isEmpty() ? host() : named;
    }

    @Override
    public void free(Channel channel) {
        if (isClosed() || idle.size() >= MAX_IDLE) {
            channel.close();
            return;
        }
        idle.addLast(new Idle(channel, System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_IDLE_SECONDS)));
        if (!expires) {
            expires = true;
            loop.schedule(this::expire, MAX_IDLE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Closes what has waited for long, and looks again when the next one has. */
    private void expire() {
        expires = false;
        long now = System.nanoTime();
        for (Idle oldest = idle.peekFirst(); oldest != null; oldest = idle.peekFirst()) {
            long left = oldest.untilNanos() - now;
            if (left > 0) {
                expires = true;
                loop.schedule(this::expire, left, TimeUnit.NANOSECONDS);
                return;
            }
            idle.pollFirst();
            oldest.channel().close();
        }
    }

    @Override
    public void again(ApiExchange exchange) {
        Thread.startVirtualThread(() -> {
            try {
                InetAddress[] addresses = InetAddress.getAllByName(host());
                loop.execute(() -> connect(exchange, addresses, 0));
            } catch (UnknownHostException | RejectedExecutionException e) {
                // Of no connection: nobody else drives it.
                exchange.failed(e);
            }
        });
    }

    @Override
    public CompletableFuture<WebSocketResponse> buildWebSocketDirect(
            StandardWebSocketBuilder asked, WebSocket.Listener listener) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("nothing here needs web sockets"));
    }

    @Override
    protected void doClose() {
        loop.execute(() -> {
            idle.clear();
            List.copyOf(open).forEach(Channel::close);
            ReferenceCountUtil.release(tls);
        });
    }
}
