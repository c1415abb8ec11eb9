package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.NO_ERROR;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.collection.IntObjectHashMap;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of a tunnel have in common: HTTP/2 (RFC 9113) reduced to CONNECT streams. Sits directly behind the TLS
 * handler and starts when the handshake has succeeded. Everything happens on the channel's event loop.
 */
abstract class TunnelConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(TunnelConnection.class);

    final TunnelSettings settings;
    final IntObjectHashMap<TunnelStream> streams = new IntObjectHashMap<>();
    final PeerSettings peerSettings;
    final AbuseGuard guard = new AbuseGuard();
    final HeaderCodec headerCodec;
    private final boolean server;
    private final TunnelGuards.Observer observer;
    private final int maxHeaderListBytes;
    private final List<TunnelStream> incomplete = new ArrayList<>();

    /** Set in handlerAdded and when TLS is done, before anything else can happen. */
    private @Nullable ChannelHandlerContext context;

    private @Nullable FrameReader reader;
    private @Nullable ReceiveWindow receiveWindow;
    private @Nullable TunnelOutput output;
    private @Nullable ControlFrames frames;
    private @Nullable Liveness liveness;
    private TunnelPeer peer = TunnelPeer.UNKNOWN;

    /** What the peer takes the window of a new stream for. */
    private int streamWindowBytes = Frames.DEFAULT_WINDOW_BYTES;

    private boolean closed;

    /** TLS said that nothing more comes, before the connection ended. */
    private boolean endAnnounced;

    TunnelConnection(boolean server, TunnelSettings settings, TunnelGuards guards, int maxHeaderListBytes) {
        this.server = server;
        this.observer = guards.observer();
        this.settings = settings;
        // What the pool would put on a tunnel at most: its peer may allow fewer, or more.
        this.peerSettings = new PeerSettings(settings.maxStreamsPerTunnel());
        this.maxHeaderListBytes = maxHeaderListBytes;
        this.headerCodec = new HeaderCodec(maxHeaderListBytes);
    }

    // Lifecycle.

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        TunnelOutput out = new TunnelOutput(ctx, peerSettings);
        output = out;
        frames = new ControlFrames(ctx, out, peerSettings);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslCloseCompletionEvent end && end.isSuccess()) {
            endAnnounced = true;
        }
        if (event instanceof SslHandshakeCompletionEvent done && reader == null && !closed) {
            if (done.isSuccess()) {
                start(ctx);
            } else {
                handshakeFailed(done.cause());
                ctx.close();
            }
        }
    }

    /** There will be no tunnel; the first reason counts. */
    private void handshakeFailed(Throwable cause) {
        if (!closed) {
            closed = true;
            onHandshakeFailed(cause);
        }
    }

    private void start(ChannelHandlerContext ctx) {
        peer = TunnelPeer.of(ctx);
        ReceiveWindow window = ReceiveWindow.ofTunnel(
                settings.connectionWindowBytes(), eventLoop().ticker());
        receiveWindow = window;
        reader = new FrameReader(
                server,
                settings.maxFrameBytes(),
                HeaderCodec.BLOCK_PER_LIST * maxHeaderListBytes,
                ctx.alloc(),
                new TunnelInput(this, window));
        Liveness alive = new Liveness(
                ctx.channel().eventLoop(),
                payload -> {
                    guard.newPeriod();
                    frames().ping(payload);
                    out().flush();
                },
                this::onPeerSilent,
                this::onPeerDead);
        liveness = alive;
        sendPreface();
        frames().credit(0, window.announceAll());
        out().flush();
        alive.start();
        onStarted();
        if (!closed) {
            peer.watch(() -> eventLoop().execute(this::onPeerRevoked));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        try {
            if (reader != null && liveness != null && !closed) {
                liveness.heard();
                reader.read(in);
            }
        } catch (ProtocolViolation e) {
            observer.onViolation(server, e.reason());
            fail(e.code(), e.getMessage() == null ? e.code().name() : e.getMessage());
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        for (int i = 0; i < incomplete.size(); i++) {
            incomplete.get(i).deliverComplete();
        }
        incomplete.clear();
        onReadComplete();
        out().flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            out().resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        // A peer that just goes away has ended its streams with itself. One that announces its end should have ended
        // them.
        shutDown(new TunnelFailure.Http2Failed(
                "h2 failed: connection closed by peer", endAnnounced ? "broken pipe" : null));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("tunnel {}: {}", ctx.channel(), cause.toString());
        if (reader == null) {
            handshakeFailed(cause);
            ctx.close();
            return;
        }
        String text = FailureText.of(cause);
        shutDown(new TunnelFailure.Http2Failed("h2 failed: " + text, text));
        ctx.close();
    }

    private void onPeerDead() {
        LOG.warn(
                "tunnel {}: no answer to PING within {} s, closing",
                ctx().channel(),
                Liveness.TIMEOUT_NANOS / 1_000_000_000);
        end(new TunnelFailure.Http2Failed("h2 failed: keep-alive timed out", server ? null : "broken pipe"));
    }

    /** The peer's certificate was revoked while the tunnel stood: nothing of it may go on. */
    private void onPeerRevoked() {
        if (closed) {
            return;
        }
        LOG.debug("tunnel {}: the certificate of {} is revoked, closing", ctx().channel(), peer.identity());
        end(new TunnelFailure.PeerRevoked());
    }

    /** Ends the tunnel because the peer must not go on, or cannot; a server announces it. */
    private void end(TunnelFailure failure) {
        if (server) {
            frames().goAway(lastProcessedStreamId(), NO_ERROR);
        }
        shutDown(failure);
        out().flush();
        ctx().close();
    }

    /** Ends the tunnel because the peer broke the protocol; whoever does not speak HTTP/2 is told nothing in it. */
    private void fail(Http2Error code, String message) {
        LOG.debug("tunnel {}: {} ({})", ctx().channel(), message, code);
        closed = true;
        shutDown(new TunnelFailure.Http2Failed("h2 failed: " + message));
        if (reader != null && !reader.hasPreface()) {
            ctx().close();
            return;
        }
        ctx().writeAndFlush(FrameWriter.goAway(ctx().alloc(), lastProcessedStreamId(), code, message));
        // TLS waits a little for what is still to be sent; whoever does not read at all is not waited for.
        ctx().close();
    }

    /**
     * Ends the tunnel at once because we want to; a server that has not sent a GOAWAY yet tries one. TLS announces no
     * end: to the peer that would mean that its streams had been cut by fault, while this is how a peer looks that
     * simply goes away.
     */
    void closeNow(String why) {
        if (!closed) {
            shutDown(new TunnelFailure.Closed(why));
            if (reader != null) {
                if (mayAnnounceEnd()) {
                    frames().goAway(lastProcessedStreamId(), NO_ERROR);
                }
                out().flush();
            }
        }
        ChannelHandlerContext tls = ctx().pipeline().context(SslHandler.class);
        (tls == null ? ctx() : tls).close();
    }

    private void shutDown(TunnelFailure failure) {
        closed = true;
        onClosing(failure);
        if (liveness != null) {
            liveness.stop();
        }
        peer.close();
        if (reader != null) {
            reader.close();
        }
        for (TunnelStream stream : streams.values().toArray(new TunnelStream[0])) {
            stream.onTunnelLost(failure);
        }
        onClosed(failure);
    }

    // What the two ends do differently.

    /** Sends what comes first, our SETTINGS in it. */
    abstract void sendPreface();

    /** TLS is up and our SETTINGS are on their way. */
    abstract void onStarted();

    abstract void onHandshakeFailed(Throwable cause);

    /** The tunnel is about to lose its streams; may be called more than once. */
    void onClosing(TunnelFailure failure) {}

    /** The tunnel is gone; may be called more than once. */
    abstract void onClosed(TunnelFailure failure);

    /** A stream is over; {@link #streams} does not hold it any more. */
    abstract void onStreamOver(TunnelStream stream);

    /** A PING is unanswered for so long that the peer may be dead, and nothing else has come from it either. */
    void onPeerSilent() {}

    /** A PING was answered that is not the liveness check's. */
    void onOtherPong(long payload) {}

    void onReadComplete() {}

    /** Returns the highest id of a stream of the peer's that was looked at, 0 if none: what GOAWAY tells. */
    int lastProcessedStreamId() {
        return 0;
    }

    /** Says whether a GOAWAY would tell the peer anything new. */
    boolean mayAnnounceEnd() {
        return false;
    }

    /** Says whether {@code streamId} has never been used. */
    abstract boolean isIdle(int streamId);

    /** A DATA frame for {@code stream} begins. */
    void onDataOf(TunnelStream stream) throws ProtocolViolation {}

    /** The peer resets {@code stream}, which does not know of it yet. */
    void onResetOf(TunnelStream stream) throws ProtocolViolation {}

    abstract void onHeaders(int streamId, ByteBuf block, boolean endStream) throws ProtocolViolation;

    /** The peer takes no new streams; those above {@code lastStreamId} it ends with {@code code}. */
    abstract void onGoAway(int lastStreamId, long code);

    /** The peer's SETTINGS have been applied. */
    void onPeerSettings() {}

    /** The peer has acknowledged our SETTINGS, and may from now on send as much as they allow. */
    void onSettingsAcknowledged() {
        streamWindowBytes = settings.streamWindowBytes();
        for (TunnelStream stream : streams.values()) {
            stream.receiveWindow.resize(streamWindowBytes);
        }
    }

    // For streams and subclasses.

    /** Sends our SETTINGS: the one that only this end has something to say of, and those of both. Not flushed. */
    void sendSettings(int ownId, int ownValue) {
        frames().settings(
                        ownId,
                        ownValue,
                        Frames.SETTINGS_INITIAL_WINDOW_SIZE,
                        settings.streamWindowBytes(),
                        Frames.SETTINGS_MAX_FRAME_SIZE,
                        settings.maxFrameBytes(),
                        Frames.SETTINGS_MAX_HEADER_LIST_SIZE,
                        maxHeaderListBytes);
    }

    /** Ends a stream because the peer broke a rule on it: reset towards the peer, an error towards our side. */
    void streamError(TunnelStream stream, Http2Error code) throws ProtocolViolation {
        frames().reset(stream.id(), code);
        stream.onPeerReset(code.code());
        guard.onOwnReset();
    }

    /** The peer has spoiled a stream that is not open: it is over now, be it that it never began. */
    void absentStreamError(int streamId, Http2Error code) throws ProtocolViolation {
        frames().reset(streamId, code);
        guard.onOwnReset();
    }

    /** Returns credit for the tunnel, and for {@code stream} if it can still receive. */
    void giveCredit(@Nullable TunnelStream stream, int bytes) {
        if (closed || bytes == 0 || receiveWindow == null) {
            return;
        }
        frames().credit(0, receiveWindow.give(bytes));
        if (stream != null && !stream.inputEnded() && !stream.isOver()) {
            frames().credit(stream.id(), stream.receiveWindow.give(bytes));
        }
    }

    void transmit(TunnelStream stream) {
        out().transmit(stream);
    }

    void waitToWrite(TunnelStream stream) {
        out().waitToWrite(stream);
    }

    boolean hasRoom() {
        return out().hasRoom();
    }

    void flushSoon() {
        out().flushSoon();
    }

    void completeLater(TunnelStream stream) {
        incomplete.add(stream);
    }

    void remove(TunnelStream stream) {
        streams.remove(stream.id());
        onStreamOver(stream);
    }

    /** Something came for a stream that is over. It may have crossed our reset; if there was none, the peer errs. */
    void onFrameOfOver(int streamId) throws ProtocolViolation {
        guard.onIdleFrame();
        if (!frames().haveReset(streamId)) {
            frames().reset(streamId, Http2Error.STREAM_CLOSED);
        }
    }

    TunnelStream newStream(int streamId) {
        TunnelStream stream = new TunnelStream(this, streamId, peerSettings.initialWindowBytes(), streamWindowBytes);
        streams.put(streamId, stream);
        guard.onStream();
        return stream;
    }

    ChannelHandlerContext ctx() {
        if (context == null) {
            throw new IllegalStateException("tunnel is in no pipeline");
        }
        return context;
    }

    TunnelOutput out() {
        if (output == null) {
            throw new IllegalStateException("tunnel is in no pipeline");
        }
        return output;
    }

    ControlFrames frames() {
        if (frames == null) {
            throw new IllegalStateException("tunnel is in no pipeline");
        }
        return frames;
    }

    /** Takes the answer to a PING; false if the liveness check did not send it. */
    boolean isLivenessAnswer(long payload) {
        return liveness != null && liveness.answered(payload);
    }

    @Nullable
    Liveness liveness() {
        return liveness;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isServer() {
        return server;
    }

    EventLoop eventLoop() {
        return ctx().channel().eventLoop();
    }

    /** Returns who is at the other end; nobody before the handshake is over. */
    TunnelPeer peer() {
        return peer;
    }

    InetSocketAddress localAddress() {
        return Addresses.of(ctx().channel().localAddress());
    }

    InetSocketAddress peerAddress() {
        return Addresses.of(ctx().channel().remoteAddress());
    }
}
