package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a reader finds, one line for each frame. */
final class RecordingSink implements FrameSink {
    final List<String> frames = new ArrayList<>();
    private StringBuilder data = new StringBuilder();

    /** Returns what was found so far and forgets it. */
    List<String> take() {
        List<String> taken = List.copyOf(frames);
        frames.clear();
        return taken;
    }

    @Override
    public void onDataStart(int streamId, int frameBytes, int paddingBytes) {
        data = new StringBuilder("DATA " + streamId + " " + frameBytes + "-" + paddingBytes + " ");
    }

    @Override
    public void onData(int streamId, ByteBuf piece) {
        data.append(ByteBufUtil.hexDump(piece));
        piece.release();
    }

    @Override
    public void onDataEnd(int streamId, boolean endStream) {
        frames.add(data + (endStream ? " END" : ""));
    }

    @Override
    public void onHeaders(int streamId, ByteBuf block, boolean endStream) {
        frames.add("HEADERS " + streamId + " " + ByteBufUtil.hexDump(block) + (endStream ? " END" : ""));
    }

    @Override
    public void onReset(int streamId, long code) {
        frames.add("RST_STREAM " + streamId + " " + code);
    }

    @Override
    public void onSetting(int id, long value) {
        frames.add("SETTING " + id + "=" + value);
    }

    @Override
    public void onSettingsEnd() {
        frames.add("SETTINGS");
    }

    @Override
    public void onSettingsAck() {
        frames.add("SETTINGS ACK");
    }

    @Override
    public void onPing(boolean ack, long payload) {
        frames.add("PING " + payload + (ack ? " ACK" : ""));
    }

    @Override
    public void onGoAway(int lastStreamId, long code, String debug) {
        frames.add("GOAWAY " + lastStreamId + " " + code + " " + debug);
    }

    @Override
    public void onWindowUpdate(int streamId, int increment) {
        frames.add("WINDOW_UPDATE " + streamId + " " + increment);
    }
}
