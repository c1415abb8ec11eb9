package mesh.ambit.hbone;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one header block, looked at one by one as HPACK gives them out, because their order counts.
 *
 * <p>There are two kinds of fault. A field that is none (RFC 9113 section 8.2.1, an unknown pseudo field) shows a peer
 * that cannot write fields: its tunnel ends. Good fields where they do not belong spoil their message only. Both are
 * kept apart as the reference does it; of each the first one is told.
 */
final class ReceivedFields extends DefaultHttp2Headers {
    /** Fields of HTTP/1.1 connections, section 8.2.2. */
    private static final Set<String> OF_CONNECTIONS =
            Set.of("connection", "transfer-encoding", "upgrade", "keep-alive", "proxy-connection");

    private static final String OTHER_TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~";

    /** Beyond RFC 9110; the reference takes it in names, not in methods. */
    private static final char QUOTE = '"';

    private @Nullable String broken;
    private @Nullable String malformed;
    private boolean regularSeen;

    ReceivedFields(int expected) {
        super(false, expected);
    }

    /** Says which field is none, or returns null. */
    @Nullable
    String broken() {
        return broken;
    }

    /** Says what makes the message malformed, or returns null. */
    @Nullable
    String malformed() {
        return malformed;
    }

    @Override
    public Http2Headers add(CharSequence name, CharSequence value) {
        if (name.length() > 0 && name.charAt(0) == ':') {
            pseudo(name.toString(), value);
        } else {
            regular(name.toString(), value);
        }
        return super.add(name, value);
    }

    private void pseudo(String name, CharSequence value) {
        boolean valid = switch (name) {
            case ":authority", ":scheme", ":path", ":protocol" -> isUtf8(value);
            case ":method" -> isToken(value, true);
            case ":status" -> isStatus(value);
            default -> false;
        };
        if (!valid) {
            setBroken("field " + printable(name) + " is unknown or has a value that cannot be");
        } else if (regularSeen) {
            setMalformed(name + " after other fields");
        } else if (contains(name)) {
            setMalformed("second " + name);
        }
    }

    private void regular(String name, CharSequence value) {
        if (!isToken(name, false) || !isValue(value)) {
            setBroken("field " + printable(name) + " has a name or a value that cannot be");
        } else if (OF_CONNECTIONS.contains(name) || (name.equals("te") && !"trailers".contentEquals(value))) {
            setMalformed("field " + name + " of HTTP/1.1");
        } else {
            regularSeen = true;
        }
    }

    private void setBroken(String why) {
        if (broken == null) {
            broken = why;
        }
    }

    private void setMalformed(String why) {
        if (malformed == null) {
            malformed = why;
        }
    }

    private static boolean isToken(CharSequence text, boolean upperCase) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean valid = (c >= 'a' && c <= 'z')
                    || (c >= '0' && c <= '9')
                    || (upperCase && c >= 'A' && c <= 'Z')
                    || (!upperCase && c == QUOTE)
                    || OTHER_TOKEN_CHARACTERS.indexOf(c) >= 0;
            if (!valid) {
                return false;
            }
        }
        return text.length() > 0;
    }

    /** Spaces around a value are taken as part of it: nothing here would read it otherwise. */
    private static boolean isValue(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean isStatus(CharSequence value) {
        boolean valid = value.length() == 3 && value.charAt(0) != '0';
        for (int i = 0; i < value.length(); i++) {
            valid &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        return valid;
    }

    /** HPACK gives out bytes, one to a character. */
    private static boolean isUtf8(CharSequence value) {
        boolean ascii = true;
        for (int i = 0; i < value.length(); i++) {
            ascii &= value.charAt(i) < 0x80;
        }
        if (ascii) {
            return true;
        }
        try {
            byte[] bytes = value.toString().getBytes(StandardCharsets.ISO_8859_1);
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Returns what may be shown of a name that anybody could have written. */
    private static String printable(String name) {
        StringBuilder text = new StringBuilder("'");
        for (int i = 0; i < Math.min(name.length(), 40); i++) {
            char c = name.charAt(i);
            text.append(c > ' ' && c < 0x7f ? c : '?');
        }
        return text.append('\'').toString();
    }
}
