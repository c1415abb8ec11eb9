package mesh.ambit.hbone;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.collection.IntObjectHashMap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The streams of a tunnel that have begun and are not over. On the tunnel's event loop only. */
final class TunnelStreams {
    private final TunnelConnection tunnel;
    private final IntObjectHashMap<TunnelStream> byId = new IntObjectHashMap<>();

    /** Those that have had bytes in this turn, whose receivers have not been told yet that these are all. */
    private final List<StreamInput> incomplete = new ArrayList<>();

    /** What the peer takes the window of a new stream for. */
    private int windowBytes = Frames.DEFAULT_WINDOW_BYTES;

    TunnelStreams(TunnelConnection tunnel) {
        this.tunnel = tunnel;
    }

    /** Begins the stream of this id, which is new. */
    TunnelStream open(int streamId) {
        TunnelStream stream = new TunnelStream(tunnel, streamId, tunnel.peerSettings.initialWindowBytes(), windowBytes);
        byId.put(streamId, stream);
        tunnel.guard.onStream();
        return stream;
    }

    /** Returns the stream of this id, or null if there is none now. */
    @Nullable
    TunnelStream get(int streamId) {
        return byId.get(streamId);
    }

    int count() {
        return byId.size();
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    /** Forgets a stream that is over. */
    void remove(TunnelStream stream) {
        byId.remove(stream.id());
        tunnel.onStreamOver(stream);
    }

    /** Ends a stream because the peer broke a rule on it: reset towards the peer, an error towards our side. */
    void fail(TunnelStream stream, Http2Error code) throws ProtocolViolation {
        tunnel.frames().reset(stream.id(), code);
        stream.onPeerReset(code.code());
        tunnel.guard.onOwnReset();
    }

    /** The peer has ended its half, which it may not do before all has come that it has promised. */
    void endInput(TunnelStream stream) throws ProtocolViolation {
        if (stream.input.isWhole()) {
            stream.endInput();
        } else {
            fail(stream, Http2Error.PROTOCOL_ERROR);
        }
    }

    /** Something came for a stream that is over. It may have crossed our reset; or GOAWAY; if there was none, the peer errs. */
    void onFrameOfOver(int streamId) throws ProtocolViolation {
        tunnel.guard.onIdleFrame();
        if (!tunnel.isIgnored(streamId) && !tunnel.frames().haveReset(streamId)) {
            tunnel.frames().reset(streamId, Http2Error.STREAM_CLOSED);
        }
    }

    /** The peer has changed by {@code delta} the window that it gives to each stream of ours. */
    void growSendWindows(long delta) throws ProtocolViolation {
        for (TunnelStream stream : byId.values()) {
            if (!stream.sendWindow.grow(delta)) {
                throw new ProtocolViolation(
                        Http2Error.FLOW_CONTROL_ERROR, "initial window overflows stream " + stream.id());
            }
        }
    }

    /** The peer takes the windows of its streams for this wide from now on. */
    void resizeReceiveWindows(int newWindowBytes) {
        windowBytes = newWindowBytes;
        for (TunnelStream stream : byId.values()) {
            stream.input.window.resize(newWindowBytes);
        }
    }

    /** Has {@code input} told at the end of this turn that its bytes were all. */
    void completeLater(StreamInput input) {
        incomplete.add(input);
    }

    /** Tells everybody who had bytes in this turn that these were all. */
    void complete() {
        for (int i = 0; i < incomplete.size(); i++) {
            incomplete.get(i).deliverComplete();
        }
        incomplete.clear();
    }

    /** Returns those with ids above {@code streamId}, all for 0: a copy, for they are removed as they end. */
    List<TunnelStream> above(int streamId) {
        List<TunnelStream> above = new ArrayList<>(byId.size());
        for (TunnelStream stream : byId.values()) {
            if (stream.id() > streamId) {
                above.add(stream);
            }
        }
        return above;
    }

    /** Ends the streams with ids above {@code streamId}, because their tunnel does not carry them. */
    void loseAbove(int streamId, TunnelFailure failure) {
        for (TunnelStream stream : above(streamId)) {
            stream.onTunnelLost(failure);
        }
    }
}
