package mesh.ambit.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the ClientHello before the TLS handler does: a list of protocols without {@code h2} is refused with the
 * alert {@code no_application_protocol}, a client without a list is let through, and something that is not TLS, or a
 * TLS of long ago, gets an alert too. Removes itself once it has let a client through.
 *
 * <p>Needed because the OpenSSL provider refuses either both a list without {@code h2} and no list at all, or neither. A
 * refusal is told as a failed
 * {@link SslHandshakeCompletionEvent}, as the TLS handler would.
 */
public final class AlpnGate extends SslClientHelloHandler<Boolean> {
    /** A ClientHello with hybrid key shares has about 2 KiB; nothing honest comes near this. */
    private static final int MAX_CLIENT_HELLO_BYTES = 64 * 1024;

    private static final int RECORD_CHANGE_CIPHER_SPEC = 20;
    private static final int RECORD_ALERT = 21;
    private static final int RECORD_HANDSHAKE = 22;
    private static final int RECORD_APPLICATION_DATA = 23;
    private static final int RECORD_HEADER_BYTES = 5;

    /** What any version of TLS allows a record to hold. */
    private static final int MAX_RECORD_BYTES = 16_384 + 2_048;

    private static final int MAX_SHOWN = 8;
    private static final int NO_ALERT = -1;
    private static final int ALERT_UNEXPECTED_MESSAGE = 10;
    private static final int ALERT_HANDSHAKE_FAILURE = 40;
    private static final int ALERT_DECODE_ERROR = 50;
    private static final int ALERT_NO_APPLICATION_PROTOCOL = 120;

    private boolean refused;

    /** Makes one, for one connection. */
    public AlpnGate() {
        super(MAX_CLIENT_HELLO_BYTES);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (refused) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (!admitsRecord(ctx, in)) {
            refused = true;
            in.skipBytes(in.readableBytes());
            return;
        }
        super.decode(ctx, in, out);
    }

    /** Looks at the first record's header: some need not be waited for. */
    private static boolean admitsRecord(ChannelHandlerContext ctx, ByteBuf in) {
        int type = in.isReadable() ? in.getUnsignedByte(in.readerIndex()) : RECORD_HANDSHAKE;
        if (type == RECORD_ALERT) {
            refuse(ctx, NO_ALERT, "alert instead of a handshake");
            return false;
        }
        if (type == RECORD_APPLICATION_DATA || type == RECORD_CHANGE_CIPHER_SPEC) {
            refuse(ctx, ALERT_UNEXPECTED_MESSAGE, "record of type " + type + " instead of a handshake");
            return false;
        }
        if (type == RECORD_HANDSHAKE && in.readableBytes() >= RECORD_HEADER_BYTES) {
            int bytes = in.getUnsignedShort(in.readerIndex() + RECORD_HEADER_BYTES - 2);
            if (bytes > MAX_RECORD_BYTES) {
                refuse(
                        ctx,
                        ALERT_DECODE_ERROR,
                        "record of " + bytes + " bytes (expected: at most " + MAX_RECORD_BYTES + ")");
                return false;
            }
        }
        return true;
    }

    @Override
    protected Future<Boolean> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf clientHello) {
        if (clientHello == null) {
            refuse(ctx, ALERT_DECODE_ERROR, "not a TLS handshake");
            return ctx.executor().newSucceededFuture(false);
        }
        if (ClientHello.lacksSignatureAlgorithms(clientHello)) {
            refuse(ctx, ALERT_HANDSHAKE_FAILURE, "client names no signature algorithm (expected: TLS 1.2 or later)");
            return ctx.executor().newSucceededFuture(false);
        }
        List<String> offered = ClientHello.alpn(clientHello);
        if (offered != null && (offered.isEmpty() || offered.contains(""))) {
            refuse(ctx, ALERT_DECODE_ERROR, "client offers a protocol without a name");
            return ctx.executor().newSucceededFuture(false);
        }
        if (offered != null && !offered.contains(TlsContexts.ALPN_H2)) {
            refuse(ctx, ALERT_NO_APPLICATION_PROTOCOL, "client offers protocols " + few(offered) + " (expected: h2)");
            return ctx.executor().newSucceededFuture(false);
        }
        return ctx.executor().newSucceededFuture(true);
    }

    /** Returns what a line of a log has room for: a peer may offer ten thousand. */
    private static List<String> few(List<String> offered) {
        if (offered.size() <= MAX_SHOWN) {
            return offered;
        }
        List<String> few = new ArrayList<>(offered.subList(0, MAX_SHOWN));
        few.add("and " + (offered.size() - MAX_SHOWN) + " more");
        return few;
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<Boolean> admitted) {
        if (admitted.getNow()) {
            ctx.pipeline().remove(this);
        } else {
            refused = true;
        }
    }

    private static void refuse(ChannelHandlerContext ctx, int alert, String reason) {
        ByteBuf record = ctx.alloc().buffer(7);
        if (alert != NO_ALERT) {
            record.writeByte(RECORD_ALERT)
                    .writeShort(0x0303)
                    .writeShort(2)
                    .writeByte(2)
                    .writeByte(alert);
        }
        // The alert first: whoever learns of the failure closes the channel.
        ChannelFuture sent = ctx.writeAndFlush(record);
        ctx.pipeline().fireUserEventTriggered(new SslHandshakeCompletionEvent(new SSLHandshakeException(reason)));
        sent.addListener(ChannelFutureListener.CLOSE);
    }
}
