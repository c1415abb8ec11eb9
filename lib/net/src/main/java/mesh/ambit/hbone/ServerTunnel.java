package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import mesh.ambit.tls.PeerCertificate;
import org.jspecify.annotations.Nullable;

/** The accepting end of a tunnel. */
final class ServerTunnel extends TunnelConnection {
    /** SETTINGS_MAX_CONCURRENT_STREAMS; one more is answered REFUSED_STREAM. */
    static final int MAX_CONCURRENT_STREAMS = 200;

    /** SETTINGS_MAX_HEADER_LIST_SIZE; a longer list is answered 431. */
    static final int MAX_HEADER_LIST_BYTES = 65_536;

    /** Payload of the PING between the two GOAWAYs; the liveness check counts from 1. */
    private static final long DRAIN_PING = 0x0064_7261_696e_0000L;

    /** How long the peer has to answer the PING of a drain. */
    private static final long DRAIN_SECONDS = 5;

    private final ConnectHandler handler;
    private final InstantSource clock;

    /** Requests of this read that nobody has looked at yet. */
    private final ArrayDeque<ServerExchange> arrived = new ArrayDeque<>();

    /** The highest id that the peer has used, and the highest of those that were not refused unseen. */
    private int highestStreamId;

    private int lastProcessedStreamId;

    /** Streams above it came after the final GOAWAY and are not ours to serve. */
    private int lastServedStreamId = Frames.MAX_STREAM_ID;

    private boolean draining;

    /** The client has said that it opens no more streams. */
    private boolean clientLeaves;

    private @Nullable Future<?> expiryTimer;
    private @Nullable Future<?> drainTimer;

    ServerTunnel(TunnelSettings settings, TunnelGuards guards, InstantSource clock, ConnectHandler handler) {
        super(true, settings, guards, MAX_HEADER_LIST_BYTES);
        this.clock = clock;
        this.handler = handler;
    }

    @Override
    void sendPreface() {
        sendSettings(Frames.SETTINGS_MAX_CONCURRENT_STREAMS, MAX_CONCURRENT_STREAMS);
    }

    @Override
    void onStarted() {
        PeerCertificate certificate = peer().certificate();
        if (certificate != null) {
            // An identity that has ended must not authenticate anything new; what runs may finish.
            long millis =
                    Duration.between(clock.instant(), certificate.notAfter()).toMillis();
            expiryTimer = eventLoop().schedule(this::drain, Math.max(0, millis), TimeUnit.MILLISECONDS);
        }
        if (draining) {
            draining = false;
            drain();
        }
    }

    @Override
    void onHandshakeFailed(Throwable cause) {
        handler.onHandshakeFailed(peerAddress(), localAddress(), HandshakeFailures.ofServer(cause));
    }

    @Override
    int lastProcessedStreamId() {
        return lastProcessedStreamId;
    }

    @Override
    boolean mayAnnounceEnd() {
        return !draining;
    }

    @Override
    boolean isIdle(int streamId) {
        return streamId > highestStreamId || streamId % 2 == 0;
    }

    @Override
    boolean isIgnored(int streamId) {
        return streamId > lastServedStreamId;
    }

    @Override
    void absentStreamError(int streamId, Http2Error code) throws ProtocolViolation {
        if (streamId % 2 == 1) {
            highestStreamId = Math.max(highestStreamId, streamId);
        }
        super.absentStreamError(streamId, code);
    }

    @Override
    void onHeaders(int streamId, ByteBuf block, boolean endStream) throws ProtocolViolation {
        HeaderCodec.Decoded decoded = headerCodec.decode(streamId, block);
        if (streamId % 2 == 0) {
            throw new ProtocolViolation(Http2Error.PROTOCOL_ERROR, "client opened stream " + streamId);
        }
        TunnelStream known = streams.get(streamId);
        if (known != null) {
            trailers(known, decoded, endStream);
            return;
        }
        if (streamId <= highestStreamId) {
            if (!isIgnored(streamId) && !frames().haveReset(streamId)) {
                throw new ProtocolViolation(
                        Http2Error.PROTOCOL_ERROR, "HEADERS on stream " + streamId + ", which is over");
            }
            guard.onIdleFrame();
            return; // Trailers that crossed our reset or GOAWAY. They have been decoded, and that is all they are owed.
        }
        highestStreamId = streamId;
        if (isIgnored(streamId)) {
            return;
        }
        switch (decoded) {
            case HeaderCodec.Decoded.Malformed _ -> refuseStream(streamId, Http2Error.PROTOCOL_ERROR);
            case HeaderCodec.Decoded.TooLong _ -> tooLong(streamId);
            case HeaderCodec.Decoded.Fields fields -> request(streamId, fields.headers(), endStream);
        }
    }

    private void trailers(TunnelStream stream, HeaderCodec.Decoded decoded, boolean endStream)
            throws ProtocolViolation {
        if (!endStream || decoded instanceof HeaderCodec.Decoded.Malformed) {
            streams.fail(stream, Http2Error.PROTOCOL_ERROR);
        } else if (stream.inputEnded()) {
            throw new ProtocolViolation(Http2Error.PROTOCOL_ERROR, "HEADERS after the end of stream " + stream.id());
        } else {
            streams.endInput(stream);
        }
    }

    private void request(int streamId, Http2Headers headers, boolean endStream) throws ProtocolViolation {
        if (streams.count() >= MAX_CONCURRENT_STREAMS) {
            refuseStream(streamId, Http2Error.REFUSED_STREAM);
            return;
        }
        lastProcessedStreamId = streamId;
        if (!MessageRules.isRequest(headers, endStream)) {
            refuseStream(streamId, Http2Error.PROTOCOL_ERROR);
            return;
        }
        CharSequence authority = headers.authority();
        HeaderFields fields = HeaderCodec.fieldsOf(headers);
        TunnelStream stream = streams.open(streamId);
        stream.headers(fields);
        stream.input.promise(MessageRules.length(headers));
        arrived.add(new ServerExchange(
                this,
                stream,
                new ConnectRequest(
                        headers.method().toString(),
                        authority == null ? "" : authority.toString(),
                        fields,
                        peer().identity(),
                        peerAddress(),
                        localAddress(),
                        endStream)));
        if (endStream) {
            stream.endInput();
        }
    }

    private void refuseStream(int streamId, Http2Error code) throws ProtocolViolation {
        frames().reset(streamId, code);
        guard.onOwnReset();
    }

    private void tooLong(int streamId) throws ProtocolViolation {
        lastProcessedStreamId = streamId;
        send(streamId, 431, HeaderFields.NONE, true);
        refuseStream(streamId, Http2Error.PROTOCOL_ERROR);
    }

    /** Hands out what arrived in this read and still stands: a stream that came and went never reaches the handler. */
    @Override
    void onReadComplete() {
        for (ServerExchange exchange = arrived.poll(); exchange != null; exchange = arrived.poll()) {
            if (exchange.isOpen()) {
                handler.onConnect(exchange);
            }
        }
    }

    @Override
    void onResetOf(TunnelStream stream, long code) throws ProtocolViolation {
        for (ServerExchange exchange : arrived) {
            if (exchange.isFor(stream.id())) {
                guard.onRapidReset();
            }
        }
        if (stream.isUnanswered()) {
            guard.onAbandoned();
        }
    }

    void sendAnswer(TunnelStream stream, int status, HeaderFields fields, boolean endStream) {
        send(stream.id(), status, fields, endStream);
        if (endStream) {
            stream.outputEnded();
        }
    }

    void refuse(TunnelStream stream, int status) {
        stream.input.discardUndelivered();
        sendAnswer(stream, status, HeaderFields.NONE, true);
        stream.reset(Http2Error.NO_ERROR);
    }

    private void send(int streamId, int status, HeaderFields fields, boolean endStream) {
        try {
            frames().headers(streamId, headerCodec.response(ctx().alloc(), streamId, status, fields), endStream);
        } catch (Http2Exception e) {
            // Only our own fields could be too long for this peer; it can do without them.
            frames().reset(streamId, Http2Error.INTERNAL_ERROR);
        }
    }

    @Override
    void onGoAway(int lastStreamId, long code) {
        clientLeaves = true;
        closeIfDone();
    }

    /**
     * Announces the end: a first GOAWAY that still admits every stream, and a final one as soon as the peer has
     * answered a PING and so has stopped opening any, or after five seconds: when a certificate has ended it is not for its
     * holder to say for how long it is good. The tunnel closes with its last stream.
     */
    void drain() {
        assert eventLoop().inEventLoop();
        if (draining || isClosed()) {
            return;
        }
        draining = true;
        if (liveness() == null) {
            return; // Still in the handshake; onStarted comes back to this.
        }
        frames().goAway(Frames.MAX_STREAM_ID, Http2Error.NO_ERROR);
        frames().ping(DRAIN_PING);
        out().flushSoon();
        drainTimer = eventLoop().schedule(this::lastGoAway, DRAIN_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    void onOtherPong(long payload) {
        if (draining && payload == DRAIN_PING) {
            lastGoAway();
        }
    }

    private void lastGoAway() {
        if (lastServedStreamId != Frames.MAX_STREAM_ID || isClosed()) {
            return;
        }
        lastServedStreamId = lastProcessedStreamId;
        frames().goAway(lastServedStreamId, Http2Error.NO_ERROR);
        out().flushSoon();
        closeIfDone();
    }

    @Override
    void onStreamOver(TunnelStream stream) {
        closeIfDone();
    }

    /** A tunnel that gets no more streams, by our will or the client's, ends with the last that it has. */
    private void closeIfDone() {
        boolean last = lastServedStreamId != Frames.MAX_STREAM_ID;
        if ((last || clientLeaves) && streams.isEmpty() && !isClosed()) {
            if (!last) {
                frames().goAway(lastProcessedStreamId, Http2Error.NO_ERROR);
            }
            out().flush();
            ctx().close();
        }
    }

    @Override
    void onClosed(TunnelFailure failure) {
        arrived.clear();
        if (expiryTimer != null) {
            expiryTimer.cancel(false);
        }
        if (drainTimer != null) {
            drainTimer.cancel(false);
        }
    }
}
