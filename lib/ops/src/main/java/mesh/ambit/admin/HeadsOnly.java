package mesh.ambit.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * Hands on requests without their bodies, which nobody reads: as soon as the head is there, whether the client would have to
 * be told to go on (100-continue) or is still sending. A connection on which the rest of a body is due is closed behind
 * the answer. As the reference does it.
 */
final class HeadsOnly extends ChannelDuplexHandler {
    private @Nullable HttpRequest head;
    private boolean bodyIsDue;

    /** Requests that have been handed on and not been answered. */
    private int unanswered;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        switch (msg) {
            case FullHttpRequest broken -> {
                broken.release();
                head = broken;
                hand(ctx, broken);
            }
            case HttpRequest request -> head = request;
            case HttpContent content -> {
                content.release();
                HttpRequest request = head;
                if (request != null
                        && (content instanceof LastHttpContent
                                || content.decoderResult().isFailure())) {
                    if (content.decoderResult().isFailure()) {
                        request.setDecoderResult(content.decoderResult());
                    }
                    hand(ctx, request);
                }
            }
            default -> ctx.fireChannelRead(msg);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        HttpRequest request = head;
        if (request != null) {
            bodyIsDue = true;
            hand(ctx, request);
        }
        ctx.fireChannelReadComplete();
    }

    private void hand(ChannelHandlerContext ctx, HttpRequest request) {
        head = null;
        unanswered++;
        FullHttpRequest whole = new DefaultFullHttpRequest(
                request.protocolVersion(),
                request.method(),
                request.uri(),
                Unpooled.EMPTY_BUFFER,
                request.headers(),
                EmptyHttpHeaders.INSTANCE);
        whole.setDecoderResult(request.decoderResult());
        ctx.fireChannelRead(whole);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
        boolean last = false;
        if (msg instanceof LastHttpContent) {
            unanswered--;
            last = bodyIsDue && unanswered == 0;
        }
        ctx.write(msg, last ? promise.unvoid().addListener(ChannelFutureListener.CLOSE) : promise);
    }
}
