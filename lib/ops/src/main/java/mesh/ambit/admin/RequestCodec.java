package mesh.ambit.admin;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * HTTP/1.1 for a server, Netty's but for what the reference is stricter or laxer in: the words of a request line stand one
 * space apart, no line of a head goes on in the next, and a body that says its length twice, once in chunks, is one of chunks
 * (RFC 9112, 6.3). Bodies are read by nobody here, so that the latter cannot hide a request from anybody.
 */
final class RequestCodec extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {
    /** Of requests that have been decoded and not been answered; the answer to HEAD has a length and no content. */
    private final Queue<HttpMethod> unanswered = new ArrayDeque<>();

    RequestCodec(HttpDecoderConfig config) {
        init(new Decoder(config), new Encoder());
    }

    private final class Decoder extends HttpRequestDecoder {
        private final HeadLines head = new HeadLines();
        private boolean refused;

        Decoder(HttpDecoderConfig config) {
            super(config);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
            int before = out.size();
            if (refused || head.isBroken(buffer)) {
                buffer.skipBytes(buffer.readableBytes());
                refuseOnce(out);
            } else {
                int from = buffer.readerIndex();
                super.decode(ctx, buffer, out);
                head.consumed(buffer, from);
            }
            for (int i = before; i < out.size(); i++) {
                if (out.get(i) instanceof HttpRequest request) {
                    unanswered.add(request.method());
                    head.end();
                }
                if (out.get(i) instanceof LastHttpContent) {
                    head.begin();
                }
            }
        }

        private void refuseOnce(List<Object> out) {
            if (!refused) {
                refused = true;
                HttpMessage nothing = createInvalidMessage();
                nothing.setDecoderResult(
                        DecoderResult.failure(new IllegalArgumentException("the head has lines that cannot be")));
                out.add(nothing);
            }
        }

        @Override
        protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
            requireOneSpaceBefore(line, start);
            return super.splitSecondWordInitialLine(line, start, length);
        }

        @Override
        protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
            requireOneSpaceBefore(line, start);
            return super.splitThirdWordInitialLine(line, start, length);
        }

        private static void requireOneSpaceBefore(byte[] line, int start) {
            // Something stands before the space, because this is not the first word.
            if (line[start - 1] != ' ' || Byte.toUnsignedInt(line[start - 2]) <= ' ') {
                throw new IllegalArgumentException("the words of the request line are not one space apart");
            }
        }

        @Override
        protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
            message.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
            clearContentLength();
        }
    }

    private final class Encoder extends HttpResponseEncoder {
        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
                return super.isContentAlwaysEmpty(response);
            }
            return HttpMethod.HEAD.equals(unanswered.poll()) || super.isContentAlwaysEmpty(response);
        }
    }
}
