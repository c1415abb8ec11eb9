package mesh.ambit.ztunnel.outbound;

import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a SOCKS5 client (RFC 1928) says before its own bytes: a greeting, then a request. Of the protocol only
 * CONNECT without authentication is taken. Takes bytes in any portions, never more than belong to a message; those that
 * show a fault are taken too. Of no use after it has thrown.
 */
final class SocksParser {
    /** The most that a client can have to say: the longest greeting and the longest request. */
    static final int MAX_BYTES = 2 + 255 + 4 + 1 + 255 + 2;

    private static final int VERSION = 5;
    private static final int NO_AUTHENTICATION = 0;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;

    private boolean greeted;

    /** What a client has said. */
    sealed interface Message {
        /** It speaks the protocol, and without authentication: to be answered before it goes on. */
        record Greeting() implements Message {}

        /** It wants to be connected to an address. */
        record ToAddress(InetAddress address, int port) implements Message {}

        /** It wants to be connected to a name, which need not be one. */
        record ToName(String name, int port) implements Message {}
    }

    /** A client that does not speak as it should; the message says what was wrong. */
    static final class SocksException extends Exception {
        private static final long serialVersionUID = 1L;

        SocksException(String message) {
            this(message, null);
        }

        SocksException(String message, @Nullable Throwable cause) {
            super(message, cause, false, false);
        }
    }

    /**
     * Returns the next message, or null while it is not there as a whole.
     *
     * @throws SocksException as soon as what is there cannot become a message
     */
    @Nullable
    Message read(ByteBuf in) throws SocksException {
        return greeted ? request(in) : greeting(in);
    }

    private @Nullable Message greeting(ByteBuf in) throws SocksException {
        if (in.readableBytes() < 2) {
            return null;
        }
        int start = in.readerIndex();
        checkVersion(in);
        int methods = in.getUnsignedByte(start + 1);
        if (methods == 0) {
            throw fault(in, 2, "methods cannot be zero");
        }
        if (in.readableBytes() < 2 + methods) {
            return null;
        }
        if (in.indexOf(start + 2, start + 2 + methods, (byte) NO_AUTHENTICATION) < 0) {
            throw fault(in, 2 + methods, "only unauthenticated is supported");
        }
        in.skipBytes(2 + methods);
        greeted = true;
        return new Message.Greeting();
    }

    private static @Nullable Message request(ByteBuf in) throws SocksException {
        int start = in.readerIndex();
        int there = in.readableBytes();
        if (there < 2) {
            return null;
        }
        checkVersion(in);
        int command = in.getUnsignedByte(start + 1);
        if (command != CONNECT) {
            throw fault(in, 2, "unsupported command " + command);
        }
        if (there < 4) {
            return null;
        }
        int type = in.getUnsignedByte(start + 3);
        int length = switch (type) {
            case IPV4 -> 4;
            case IPV6 -> 16;
            case NAME -> 1 + (there < 5 ? 0 : in.getUnsignedByte(start + 4));
            default -> throw fault(in, 4, "unsupported address type " + type);
        };
        if (there < 4 + length + 2) {
            return null;
        }
        in.skipBytes(4);
        if (type == NAME) {
            in.skipBytes(1);
            String name = text(in, length - 1);
            return new Message.ToName(name, in.readUnsignedShort());
        }
        byte[] address = new byte[length];
        in.readBytes(address);
        return new Message.ToAddress(address(address), in.readUnsignedShort());
    }

    /** A version and the byte behind it are read together. */
    private static void checkVersion(ByteBuf in) throws SocksException {
        int version = in.getUnsignedByte(in.readerIndex());
        if (version != VERSION) {
            throw fault(in, 2, "unsupported version " + version);
        }
    }

    private static SocksException fault(ByteBuf in, int bytes, String what) {
        in.skipBytes(bytes);
        return new SocksException(what);
    }

    private static String text(ByteBuf in, int length) throws SocksException {
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SocksException(
                    "domain is not a valid utf8 string: " + HexFormat.of().formatHex(bytes), e);
        }
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address", e);
        }
    }
}
