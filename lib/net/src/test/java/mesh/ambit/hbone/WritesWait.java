package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;

/** Keeps what is written until the flush: an embedded channel runs tasks in a write, which no other channel does. */
final class WritesWait extends ChannelOutboundHandlerAdapter {
    private final ArrayDeque<ByteBuf> written = new ArrayDeque<>();

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        written.add((ByteBuf) message);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        for (ByteBuf next = written.poll(); next != null; next = written.poll()) {
            ctx.write(next);
        }
        ctx.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        written.forEach(ByteBuf::release);
    }
}
