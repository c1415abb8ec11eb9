package mesh.ambit.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.jspecify.annotations.Nullable;

/** Two channels whose bytes are carried across by hand until nothing moves any more. */
final class Handshake {
    final SslHandler clientTls;
    final SslHandler serverTls;
    private final EmbeddedChannel client;
    private final EmbeddedChannel server;
    boolean clientDone;
    boolean serverDone;
    String clientFailure = "";
    private @Nullable Throwable clientCause;
    private @Nullable Throwable serverCause;

    /** The first bytes of the client. */
    byte[] clientHello = new byte[0];

    Handshake(TlsContexts ofClient, Svid clientSvid, TlsContexts ofServer, Svid serverSvid, ExpectedSans expected) {
        this(
                ofClient.clientHandler(clientSvid, expected, UnpooledByteBufAllocator.DEFAULT),
                ofServer.serverHandler(serverSvid, UnpooledByteBufAllocator.DEFAULT));
    }

    Handshake(SslHandler clientTls, SslHandler serverTls) {
        this.clientTls = clientTls;
        this.serverTls = serverTls;
        client = new EmbeddedChannel();
        server = new EmbeddedChannel();
        server.pipeline().addLast(new AlpnGate(), serverTls, new Watch(false));
        client.pipeline().addLast(clientTls, new Watch(true));
        boolean moved = true;
        while (moved) {
            boolean there = carry(client, server);
            moved = carry(server, client) || there;
        }
    }

    private boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
        from.runPendingTasks();
        boolean moved = false;
        for (ByteBuf bytes = from.readOutbound(); bytes != null; bytes = from.readOutbound()) {
            moved = true;
            if (clientHello.length == 0) {
                clientHello = ByteBufUtil.getBytes(bytes);
            }
            if (to.isOpen()) {
                to.writeInbound(bytes);
            } else {
                bytes.release();
            }
        }
        return moved;
    }

    @Nullable
    PeerRefusal serverRefusal() {
        PeerRefusedException refused = PeerRefusedException.in(serverCause);
        return refused == null ? null : refused.refusal();
    }

    @Nullable
    PeerRefusal clientRefusal() {
        PeerRefusedException refused = PeerRefusedException.in(clientCause);
        return refused == null ? null : refused.refusal();
    }

    void close() {
        client.finishAndReleaseAll();
        server.finishAndReleaseAll();
    }

    private final class Watch extends ChannelInboundHandlerAdapter {
        private final boolean ofClient;

        Watch(boolean ofClient) {
            this.ofClient = ofClient;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent done) {
                if (ofClient) {
                    clientDone = done.isSuccess();
                    clientCause = done.cause();
                } else {
                    serverDone = done.isSuccess();
                    serverCause = done.cause();
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (ofClient) {
                clientFailure = cause.toString();
            }
        }
    }
}
