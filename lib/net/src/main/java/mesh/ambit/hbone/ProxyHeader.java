package mesh.ambit.hbone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * What a captured waypoint is told before the first byte of a connection: the binary header, version 2, of HAProxy's
 * PROXY protocol (section 2.2 of its specification).
 *
 * <p>Addresses of two families cannot be told: the header then carries none of them (family unspecified, transport
 * stream), as upstream has it. The identity is told in either case.
 *
 * @param source where the tunnel comes from
 * @param destination what the tunnel asked for
 * @param identity who sent it; null when no name of its certificate is one
 */
public record ProxyHeader(
        InetSocketAddress source,
        InetSocketAddress destination,
        @Nullable SpiffeId identity) {
    /** The type of the field that carries the identity, from the range for custom use. */
    public static final int AUTHORITY_TLV = 0xd0;

    private static final byte[] SIGNATURE = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
    private static final int VERSION_2_PROXY = 0x21;
    private static final int UNSPECIFIED_STREAM = 0x01;
    private static final int IPV4_STREAM = 0x11;
    private static final int IPV6_STREAM = 0x21;
    private static final int IPV4_BYTES = 4;
    private static final int TLV_HEAD_BYTES = 3;
    /** Signature, version and command, family and transport, length of the rest. */
    private static final int HEAD_BYTES = SIGNATURE.length + 4;

    public ProxyHeader {
        requireNonNull(source.getAddress(), "source is unresolved");
        requireNonNull(destination.getAddress(), "destination is unresolved");
    }

    /** Returns the header's bytes; the caller releases them. */
    public ByteBuf encode(ByteBufAllocator allocator) {
        byte[] from = source.getAddress().getAddress();
        byte[] to = destination.getAddress().getAddress();
        boolean told = from.length == to.length;
        byte[] name = identity == null ? null : identity.toString().getBytes(UTF_8);
        int rest = (told ? 2 * (from.length + Short.BYTES) : 0) + (name == null ? 0 : TLV_HEAD_BYTES + name.length);
        ByteBuf header = allocator.buffer(HEAD_BYTES + rest);
        header.writeBytes(SIGNATURE).writeByte(VERSION_2_PROXY);
        header.writeByte(!told ? UNSPECIFIED_STREAM : from.length == IPV4_BYTES ? IPV4_STREAM : IPV6_STREAM);
        header.writeShort(rest);
        if (told) {
            header.writeBytes(from).writeBytes(to);
            header.writeShort(source.getPort()).writeShort(destination.getPort());
        }
        if (name != null) {
            header.writeByte(AUTHORITY_TLV).writeShort(name.length).writeBytes(name);
        }
        return header;
    }
}
