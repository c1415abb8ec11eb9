package mesh.ambit.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what we want to know of a ClientHello before TLS sees it. RFC 8446 section 4.1.2, RFC 7301. */
public final class ClientHello {
    private static final int VERSION_AND_RANDOM_BYTES = 2 + 32;
    private static final int EXTENSION_SIGNATURE_ALGORITHMS = 13;
    private static final int EXTENSION_ALPN = 16;

    private ClientHello() {}

    /**
     * Returns the protocols that a client offers, or null if it offers none at all.
     *
     * <p>Text that breaks the format counts as no offer: TLS itself will find the fault and say so.
     *
     * @param body the handshake message without its four bytes of header; its indexes are left alone
     */
    public static @Nullable List<String> alpn(ByteBuf body) {
        ByteBuf extensions = extensions(body);
        while (extensions != null && extensions.readableBytes() >= 4) {
            int type = extensions.readUnsignedShort();
            ByteBuf extension = vector16(extensions);
            if (extension == null) {
                return null;
            }
            if (type == EXTENSION_ALPN) {
                return protocols(extension);
            }
        }
        return null;
    }

    /**
     * Says whether a client does not name a single signature algorithm, as before TLS 1.2. Text that breaks the format is
     * left to TLS itself.
     *
     * @param body as for {@link #alpn}
     */
    public static boolean lacksSignatureAlgorithms(ByteBuf body) {
        ByteBuf extensions = extensions(body);
        if (extensions == null) {
            return false;
        }
        while (extensions.isReadable()) {
            int type = extensions.readableBytes() < 4 ? -1 : extensions.readUnsignedShort();
            if (type < 0 || type == EXTENSION_SIGNATURE_ALGORITHMS || vector16(extensions) == null) {
                return false;
            }
        }
        return true;
    }

    /** Returns the extensions, which may be none; null where the format is broken. */
    private static @Nullable ByteBuf extensions(ByteBuf body) {
        ByteBuf in = body.slice();
        if (!skip(in, VERSION_AND_RANDOM_BYTES) || !skipVector8(in) || !skipVector16(in) || !skipVector8(in)) {
            return null;
        }
        return in.isReadable() ? vector16(in) : in;
    }

    private static @Nullable List<String> protocols(ByteBuf extension) {
        ByteBuf list = vector16(extension);
        if (list == null) {
            return null;
        }
        List<String> protocols = new ArrayList<>();
        while (list.isReadable()) {
            int length = list.readUnsignedByte();
            if (length > list.readableBytes()) {
                return null;
            }
            protocols.add(
                    list.readCharSequence(length, StandardCharsets.US_ASCII).toString());
        }
        return protocols;
    }

    private static boolean skip(ByteBuf in, int bytes) {
        if (in.readableBytes() < bytes) {
            return false;
        }
        in.skipBytes(bytes);
        return true;
    }

    private static boolean skipVector8(ByteBuf in) {
        return in.isReadable() && skip(in, in.readUnsignedByte());
    }

    private static boolean skipVector16(ByteBuf in) {
        return in.readableBytes() >= 2 && skip(in, in.readUnsignedShort());
    }

    private static @Nullable ByteBuf vector16(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return null;
        }
        int length = in.readUnsignedShort();
        return in.readableBytes() < length ? null : in.readSlice(length);
    }
}
