package mesh.ambit.relay;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.TunnelFailure;

/** A relay's end that is a tunnel stream. */
final class StreamSide extends Side implements HboneStream.Receiver {
    private final HboneStream stream;

    StreamSide(Relay relay, HboneStream stream) {
        super(relay);
        this.stream = stream;
    }

    @Override
    void start() {
        stream.receive(this);
    }

    @Override
    void write(ByteBuf data) {
        stream.write(data);
    }

    @Override
    void flush() {
        stream.flush();
    }

    @Override
    boolean isWritable() {
        return stream.isWritable();
    }

    @Override
    int unsentBytes() {
        return stream.unsentBytes();
    }

    /** Streams read by credit alone. */
    @Override
    void read() {}

    @Override
    void consumed(int bytes) {
        stream.consumed(bytes);
    }

    @Override
    void shutdownOutput() {
        stream.shutdownOutput();
    }

    @Override
    void close() {
        stream.reset(Http2Error.CANCEL);
    }

    @Override
    void cut(CutReason reason) {
        if (reason == CutReason.POLICY || (reason == CutReason.WORKLOAD_GONE && relay.isUpstream(this))) {
            stream.reset(Http2Error.CANCEL);
        }
    }

    @Override
    public void onData(ByteBuf data) {
        relay.onData(this, data);
    }

    @Override
    public void onDataComplete() {
        relay.onDataComplete(this);
    }

    @Override
    public void onEndOfInput() {
        relay.onEndOfInput(this);
    }

    @Override
    public void onOutputEnded() {
        relay.onOutputEnded(this);
    }

    @Override
    public void onWritable() {
        relay.onWritable(this);
    }

    @Override
    public void onReset(long code) {
        Http2Error error = Http2Error.valueOf(code);
        if (error == Http2Error.NO_ERROR) {
            relay.onBroken(this, null);
        } else if (error == Http2Error.CANCEL || error == Http2Error.STREAM_CLOSED) {
            relay.onBroken(this, "broken pipe");
        } else {
            relay.onStreamError(this, "stream reset by peer: " + (error == null ? "code " + code : error.name()));
        }
    }

    @Override
    public void onLost(TunnelFailure failure, boolean owed) {
        relay.onTunnelLost(this, failure, owed);
    }
}
