package mesh.ambit.hbone;

import static io.netty.handler.codec.http2.Http2Error.FLOW_CONTROL_ERROR;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What the peer's frames do to a tunnel, as far as both ends agree. */
final class TunnelInput implements FrameSink {
    private final TunnelConnection tunnel;
    private final ReceiveWindow receiveWindow;

    /** The stream whose DATA frame is under way, or null if that stream is over. */
    private @Nullable TunnelStream dataStream;

    /** We send SETTINGS once. */
    private boolean settingsAcknowledged;

    TunnelInput(TunnelConnection tunnel, ReceiveWindow receiveWindow) {
        this.tunnel = tunnel;
        this.receiveWindow = receiveWindow;
    }

    @Override
    public void onDataStart(int streamId, int frameBytes, int paddingBytes) throws ProtocolViolation {
        if (tunnel.isIdle(streamId)) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "DATA on idle stream " + streamId);
        }
        if (!receiveWindow.take(frameBytes)) {
            throw new ProtocolViolation(FLOW_CONTROL_ERROR, "connection window exceeded");
        }
        if (frameBytes == paddingBytes) {
            tunnel.guard.onIdleFrame();
        }
        TunnelStream stream = tunnel.streams.get(streamId);
        dataStream = stream;
        if (stream != null) {
            tunnel.onDataOf(stream);
        }
        if (stream == null) {
            tunnel.streams.onFrameOfOver(streamId);
            tunnel.giveCredit(null, paddingBytes);
        } else if (stream.inputEnded()) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "DATA after the end of stream " + streamId);
        } else if (!stream.input.window.take(frameBytes)) {
            tunnel.streams.fail(stream, FLOW_CONTROL_ERROR);
            tunnel.giveCredit(null, paddingBytes);
        } else if (!stream.input.count(frameBytes - paddingBytes)) {
            tunnel.streams.fail(stream, PROTOCOL_ERROR);
            tunnel.giveCredit(null, paddingBytes);
        } else if (paddingBytes > 0) {
            tunnel.giveCredit(stream, paddingBytes);
        }
    }

    @Override
    public void onData(int streamId, ByteBuf piece) {
        if (dataStream == null || dataStream.isOver()) {
            // Whoever ended the stream cannot know of these bytes; without their credit the tunnel would dry up.
            tunnel.giveCredit(null, piece.readableBytes());
            piece.release();
        } else {
            dataStream.input.deliver(piece);
        }
    }

    @Override
    public void onDataEnd(int streamId, boolean endStream) throws ProtocolViolation {
        TunnelStream stream = dataStream;
        dataStream = null;
        if (stream != null && endStream && !stream.isOver()) {
            tunnel.streams.endInput(stream);
        }
    }

    @Override
    public void onReset(int streamId, long code) throws ProtocolViolation {
        if (tunnel.isIdle(streamId)) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "RST_STREAM on idle stream " + streamId);
        }
        TunnelStream stream = tunnel.streams.get(streamId);
        if (stream != null) {
            tunnel.onResetOf(stream, code);
            stream.onPeerReset(code);
        } else {
            tunnel.guard.onIdleFrame();
        }
    }

    @Override
    public void onSetting(int id, long value) throws ProtocolViolation {
        int before = tunnel.peerSettings.initialWindowBytes();
        tunnel.peerSettings.begin();
        tunnel.peerSettings.apply(id, value);
        tunnel.headerCodec.apply(tunnel.peerSettings);
        long delta = (long) tunnel.peerSettings.initialWindowBytes() - before;
        if (delta != 0) {
            tunnel.guard.onIdleFrame();
            tunnel.streams.growSendWindows(delta);
        }
    }

    @Override
    public void onSettingsEnd() throws ProtocolViolation {
        tunnel.guard.onIdleFrame();
        tunnel.peerSettings.begin();
        tunnel.frames().settingsAck();
        tunnel.out().resume();
        tunnel.onPeerSettings();
    }

    @Override
    public void onSettingsAck() throws ProtocolViolation {
        if (settingsAcknowledged) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "SETTINGS acknowledged twice");
        }
        settingsAcknowledged = true;
        tunnel.onSettingsAcknowledged();
    }

    @Override
    public void onIgnored() throws ProtocolViolation {
        tunnel.guard.onIdleFrame();
    }

    @Override
    public void onPriority(int streamId, int dependsOn) throws ProtocolViolation {
        tunnel.guard.onIdleFrame();
        if (streamId != dependsOn) {
            return;
        }
        TunnelStream stream = tunnel.streams.get(streamId);
        if (stream != null) {
            tunnel.streams.fail(stream, PROTOCOL_ERROR);
        } else {
            tunnel.absentStreamError(streamId, PROTOCOL_ERROR);
        }
    }

    @Override
    public void onPing(boolean ack, long payload) throws ProtocolViolation {
        if (!ack) {
            tunnel.guard.onIdleFrame();
            tunnel.frames().pong(payload);
        } else if (!tunnel.isLivenessAnswer(payload)) {
            tunnel.guard.onIdleFrame();
            tunnel.onOtherPong(payload);
        }
    }

    @Override
    public void onWindowUpdate(int streamId, int increment) throws ProtocolViolation {
        if (increment == 0) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "empty WINDOW_UPDATE on stream " + streamId);
        }
        tunnel.guard.onCredit(increment);
        if (streamId == 0) {
            if (!tunnel.out().window.grow(increment)) {
                throw new ProtocolViolation(FLOW_CONTROL_ERROR, "connection window overflows");
            }
            tunnel.out().resume();
            return;
        }
        if (tunnel.isIdle(streamId)) {
            throw new ProtocolViolation(PROTOCOL_ERROR, "WINDOW_UPDATE on idle stream " + streamId);
        }
        TunnelStream stream = tunnel.streams.get(streamId);
        if (stream == null) {
            tunnel.guard.onIdleFrame();
            return;
        }
        if (!stream.sendWindow.grow(increment)) {
            tunnel.streams.fail(stream, FLOW_CONTROL_ERROR);
        } else {
            tunnel.out().resume(stream);
        }
    }

    @Override
    public void onHeaders(int streamId, ByteBuf block, boolean endStream) throws ProtocolViolation {
        tunnel.onHeaders(streamId, block, endStream);
    }

    @Override
    public void onGoAway(int lastStreamId, long code, String debug) {
        tunnel.onGoAway(lastStreamId, code);
    }
}
