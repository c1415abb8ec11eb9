package mesh.ambit.hbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.relay.SocketSpace;
import mesh.ambit.relay.Transport;
import mesh.ambit.tls.ExpectedSans;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TestPki;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.tls.TlsProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Our tunnels against an HTTP/2 implementation that is not ours: Netty's. */
class InteropIT {
    private static final String CLIENT = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String SERVER = "spiffe://cluster.local/ns/shop/sa/orders";
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final EventLoopGroup clientLoops = Loops.start(1);
    private final EventLoopGroup serverLoops = Loops.start(1);
    private final TestPki pki = new TestPki();
    private final Svid clientSvid = pki.svid(CLIENT);
    private final Svid serverSvid = pki.svid(SERVER);
    private final TlsContexts tls = new TlsContexts(TlsProvider.best(), InstantSource.system());
    private final List<Channel> channels = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (Channel channel : channels) {
            channel.close().await();
        }
        Loops.stop(clientLoops);
        Loops.stop(serverLoops);
        clientSvid.close();
        serverSvid.close();
    }

    @Test
    void ourPoolTalksToNettysServer() throws Exception {
        InetSocketAddress address = nettyServer();
        TunnelPool pool = new TunnelPool(
                Transport.best().connector(clientLoops.next(), SocketSpace.HERE),
                tls,
                TunnelSettings.DEFAULT,
                InstantSource.system());
        TunnelKey key = new TunnelKey(
                SpiffeId.parse(CLIENT), ExpectedSans.of(SpiffeId.parse(SERVER)), address, LOOPBACK, "uid");
        List<Future<HboneStream>> requests = new ArrayList<>();
        // Once this one is answered the server's limit of streams is known, and the others wait their turn.
        HboneStream first = Loops.get(Loops.on(
                clientLoops,
                () -> pool.connect(
                        key, () -> CompletableFuture.completedFuture(clientSvid), "a:1", HeaderFields.NONE)));
        Loops.on(clientLoops, () -> {
            first.reset(Http2Error.CANCEL);
            for (int i = 0; i < 90; i++) {
                requests.add(pool.connect(
                        key,
                        () -> CompletableFuture.completedFuture(clientSvid),
                        "10.0.0.1:80",
                        HeaderFields.of("baggage", "a=b")));
            }
            return 0;
        });
        List<TestStreams.Recorder> recorders = new ArrayList<>();
        for (Future<HboneStream> request : requests) {
            HboneStream stream = Loops.get(request);
            TestStreams.Recorder recorder = new TestStreams.Recorder(stream, true);
            recorders.add(recorder);
            Loops.on(clientLoops, () -> {
                stream.receive(recorder);
                for (int i = 0; i < 20; i++) {
                    // Far more than Netty's windows and frames take at once.
                    stream.write(Unpooled.buffer(50_000).writeZero(50_000));
                }
                stream.shutdownOutput();
                return 0;
            });
        }

        for (TestStreams.Recorder recorder : recorders) {
            Loops.await("echo of a megabyte", () -> recorder.ended && recorder.bytes.get() == 1_000_000);
        }
        Loops.on(clientLoops, () -> {
            pool.close();
            return 0;
        });
    }

    @Test
    void nettysClientTalksToOurServer() throws Exception {
        HboneServer server = new HboneServer(
                () -> CompletableFuture.completedFuture(serverSvid),
                tls,
                TunnelSettings.DEFAULT,
                InstantSource.system(),
                TestServers.handler(
                        exchange -> {
                            HboneStream stream = exchange.accept(HeaderFields.of("baggage", "c=d"));
                            stream.receive(new TestStreams.Echo(stream));
                        },
                        _ -> {}));
        Channel listener = TestServers.listen(serverLoops, server);
        channels.add(listener);
        Channel connection = nettyClient((InetSocketAddress) listener.localAddress());

        List<NettyStream> streams = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            streams.add(new NettyStream(connection, 200_000));
        }
        for (NettyStream stream : streams) {
            Loops.await("echo", () -> stream.ended && stream.bytes.get() == 200_000);
            assertThat(stream.status).isEqualTo("200");
        }
        connection.close().await();
        server.close().await();
        Loops.await("server connections closed", () -> server.openTunnels() == 0);
    }

    private InetSocketAddress nettyServer() throws Exception {
        Channel listener = new ServerBootstrap()
                .group(serverLoops)
                .channelFactory(() -> (ServerChannel)
                        (Transport.best() == Transport.EPOLL
                                ? new EpollServerSocketChannel()
                                : new NioServerSocketChannel()))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        tls.serverHandler(serverSvid, channel.alloc()),
                                        Http2FrameCodecBuilder.forServer()
                                                .initialSettings(Http2Settings.defaultSettings()
                                                        .maxConcurrentStreams(30))
                                                .validateHeaders(false)
                                                .build(),
                                        new Http2MultiplexHandler(new NettyEcho()));
                    }
                })
                .bind(new InetSocketAddress(LOOPBACK, 0))
                .sync()
                .channel();
        channels.add(listener);
        return (InetSocketAddress) listener.localAddress();
    }

    private Channel nettyClient(InetSocketAddress address) throws Exception {
        Channel connection = new Bootstrap()
                .group(clientLoops)
                .channelFactory(
                        () -> Transport.best() == Transport.EPOLL ? new EpollSocketChannel() : new NioSocketChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(
                                        tls.clientHandler(
                                                clientSvid, ExpectedSans.of(SpiffeId.parse(SERVER)), channel.alloc()),
                                        Http2FrameCodecBuilder.forClient()
                                                .validateHeaders(false)
                                                .build(),
                                        new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                    }
                })
                .connect(address)
                .sync()
                .channel();
        channels.add(connection);
        return connection;
    }

    /** Answers 200 and sends everything back. */
    @io.netty.channel.ChannelHandler.Sharable
    private static final class NettyEcho extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof Http2HeadersFrame) {
                ctx.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
            } else if (msg instanceof Http2DataFrame data) {
                ctx.writeAndFlush(new DefaultHttp2DataFrame(data.content(), data.isEndStream()));
            }
        }
    }

    private static final class NettyStream extends ChannelInboundHandlerAdapter {
        final AtomicLong bytes = new AtomicLong();
        volatile boolean ended;
        volatile String status = "";

        NettyStream(Channel connection, int size) throws Exception {
            Http2StreamChannel stream = Loops.get(
                    new Http2StreamChannelBootstrap(connection).handler(this).open());
            Http2Headers headers =
                    new DefaultHttp2Headers(false).method("CONNECT").authority("10.0.0.1:80");
            stream.write(new DefaultHttp2HeadersFrame(headers));
            ByteBuf data = Unpooled.wrappedBuffer("x".repeat(size).getBytes(UTF_8));
            stream.writeAndFlush(new DefaultHttp2DataFrame(data, true));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (msg instanceof Http2HeadersFrame headers) {
                status = String.valueOf(headers.headers().status());
            } else if (msg instanceof Http2DataFrame data) {
                bytes.addAndGet(data.content().readableBytes());
                data.release();
                if (data.isEndStream()) {
                    ended = true;
                }
            }
        }
    }
}
