package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetSocketAddress;
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
    final TunnelStreams streams = new TunnelStreams(this);
    final PeerSettings peerSettings;
    final AbuseGuard guard = new AbuseGuard();
    final HeaderCodec headerCodec;
    private final boolean server;
    private final TunnelGuards.Observer observer;
    private final int maxHeaderListBytes;
    private final TunnelEnding ending = new TunnelEnding(this);

    /** Set in handlerAdded and when TLS is done, before anything else can happen. */
    private @Nullable ChannelHandlerContext context;

    private @Nullable FrameReader reader;

    /** Within reach of tests. */
    @Nullable
    ReceiveWindow receiveWindow;

    private boolean windowAnnounced;
    private @Nullable TunnelOutput output;
    private @Nullable ControlFrames frames;
    private @Nullable Liveness liveness;
    private TunnelPeer peer = TunnelPeer.UNKNOWN;

    /** Whether TLS has made anything of what came in this turn. */
    private boolean heardInTurn;

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
            ending.onAnnounced();
        }
        if (event instanceof SslHandshakeCompletionEvent done && reader == null && !isClosed()) {
            if (done.isSuccess()) {
                start(ctx);
            } else {
                ending.onHandshakeFailed(done.cause());
            }
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
                ending::onPeerDead);
        liveness = alive;
        sendPreface();
        if (!server) {
            announceWindow();
        }
        out().flush();
        alive.start();
        onStarted();
        if (!isClosed()) {
            peer.watch(() -> eventLoop().execute(ending::onPeerRevoked));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ByteBuf in = (ByteBuf) msg;
        try {
            if (reader != null && liveness != null && !isClosed()) {
                heardInTurn = true;
                liveness.heard();
                guard.onUnread(frames().unread());
                reader.read(in);
            }
        } catch (ProtocolViolation e) {
            observer.onViolation(server, e.reason());
            ending.onViolation(e);
        } finally {
            in.release();
        }
    }

    /** Says how much may be under way on the whole tunnel; the server does when the client has spoken, as the reference. */
    private void announceWindow() {
        windowAnnounced = true;
        if (receiveWindow != null) {
            int credit = receiveWindow.announceAll();
            if (credit > 0) {
                frames().credit(0, credit);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!windowAnnounced && peerSpeaksHttp2() && !isClosed()) {
            announceWindow();
        }
        streams.complete();
        onReadComplete();
        out().flush();
        ending.onTurnOver(heardInTurn);
        heardInTurn = false;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            out().resume();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ending.onInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        CaughtExceptions.log(LOG, ctx.channel(), cause);
        if (reader == null) {
            ending.onHandshakeFailed(cause);
        } else {
            ending.onBroken(cause);
        }
    }

    /** Ends the tunnel at once because we want to. */
    void closeNow(String why) {
        ending.closeNow(why);
    }

    /** Ends the streams and stops what runs; may be called more than once. For {@link TunnelEnding}. */
    void tearDown(TunnelFailure failure) {
        onClosing(failure);
        if (liveness != null) {
            liveness.stop();
        }
        peer.close();
        if (reader != null) {
            reader.close();
        }
        streams.loseAbove(0, failure);
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

    /** Says whether our GOAWAY has said that {@code streamId} is not looked at, whatever comes of it. */
    boolean isIgnored(int streamId) {
        return false;
    }

    /** A DATA frame for {@code stream} begins. */
    void onDataOf(TunnelStream stream) throws ProtocolViolation {}

    /** The peer resets {@code stream}, which does not know of it yet. */
    void onResetOf(TunnelStream stream, long code) throws ProtocolViolation {}

    abstract void onHeaders(int streamId, ByteBuf block, boolean endStream) throws ProtocolViolation;

    /** The peer takes no new streams; those above {@code lastStreamId} it ends with {@code code}. */
    abstract void onGoAway(int lastStreamId, long code);

    /** The peer's SETTINGS have been applied. */
    void onPeerSettings() {}

    /** The peer has acknowledged our SETTINGS, and may from now on send as much as they allow. */
    void onSettingsAcknowledged() {
        streams.resizeReceiveWindows(settings.streamWindowBytes());
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

    /** The peer has spoiled a stream that is not open: it is over now, be it that it never began. */
    void absentStreamError(int streamId, Http2Error code) throws ProtocolViolation {
        frames().reset(streamId, code);
        guard.onOwnReset();
    }

    /** Returns credit for the tunnel, and for {@code stream} if it can still receive. */
    void giveCredit(@Nullable TunnelStream stream, int bytes) {
        if (bytes == 0 || isClosed() || receiveWindow == null) {
            return;
        }
        frames().credit(0, receiveWindow.give(bytes));
        if (stream != null && !stream.inputEnded() && !stream.isOver()) {
            frames().credit(stream.id(), stream.input.window.give(bytes));
        }
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
        return ending.hasBegun();
    }

    /** Says whether TLS is up. */
    boolean isStarted() {
        return reader != null;
    }

    /** Says whether the peer has begun as HTTP/2 wants it. */
    boolean peerSpeaksHttp2() {
        return reader != null && reader.hasPreface();
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
