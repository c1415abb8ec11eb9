package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import mesh.ambit.tls.PeerCertificate;

/** The accepting end of a tunnel. */
final class ServerTunnel extends TunnelConnection {
    /** SETTINGS_MAX_CONCURRENT_STREAMS; one more is answered REFUSED_STREAM. */
    static final int MAX_CONCURRENT_STREAMS = 200;

    /** SETTINGS_MAX_HEADER_LIST_SIZE; a longer list is answered 431. */
    static final int MAX_HEADER_LIST_BYTES = 65_536;

    private final ConnectHandler handler;
    private final InstantSource clock;

    /** Requests of this read that nobody has looked at yet. */
    private final ArrayDeque<ServerExchange> arrived = new ArrayDeque<>();

    /** The highest id that the peer has used, and the highest of those that were not refused unseen. */
    private int highestStreamId;

    private int lastProcessedStreamId;

    private final ServerDrain drain = new ServerDrain(this);

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
            drain.beginAfter(Duration.between(clock.instant(), certificate.notAfter()));
        }
        drain.onStarted();
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
        return !drain.hasBegun();
    }

    @Override
    boolean isIdle(int streamId) {
        return streamId > highestStreamId || streamId % 2 == 0;
    }

    @Override
    boolean isIgnored(int streamId) {
        return drain.excludes(streamId);
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
        drain.onClientLeaves();
    }

    /** Announces the end; the tunnel closes with its last stream. */
    void drain() {
        drain.begin();
    }

    @Override
    void onOtherPong(long payload) {
        drain.onPong(payload);
    }

    @Override
    void onStreamOver(TunnelStream stream) {
        drain.closeIfDone();
    }

    @Override
    void onClosed(TunnelFailure failure) {
        arrived.clear();
        drain.stop();
    }
}
