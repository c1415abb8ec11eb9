package mesh.ambit.headers;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A W3C trace context header of version 00: it names a connection across proxies, in logs.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all zero
 * @param parentId 16 lower-case hexadecimal digits, not all zero
 * @param flags the flags byte
 */
public record Traceparent(String traceId, String parentId, int flags) {
    /** The header's name. */
    public static final String NAME = "traceparent";

    private static final int LENGTH = 55;
    private static final int TRACE_AT = 3;
    private static final int PARENT_AT = 36;
    private static final int FLAGS_AT = 53;
    private static final HexFormat HEX = HexFormat.of();

    public Traceparent {
        if (!isId(traceId, 32) || !isId(parentId, 16) || flags < 0 || flags > 255) {
            throw new IllegalArgumentException("not a trace context: " + traceId + "-" + parentId + "-" + flags);
        }
    }

    /** Returns a new context with flags 00. */
    public static Traceparent random(RandomGenerator random) {
        // An id of zeros is invalid; a bit that is set is cheaper than another draw.
        return new Traceparent(
                HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong() | 1),
                HEX.toHexDigits(random.nextLong() | 1),
                0);
    }

    /** Returns the context that {@code text} spells, or null when it is not well formed. */
    public static @Nullable Traceparent parse(String text) {
        if (text.length() != LENGTH
                || !text.startsWith("00-")
                || text.charAt(PARENT_AT - 1) != '-'
                || text.charAt(FLAGS_AT - 1) != '-') {
            return null;
        }
        String traceId = text.substring(TRACE_AT, PARENT_AT - 1);
        String parentId = text.substring(PARENT_AT, FLAGS_AT - 1);
        String flags = text.substring(FLAGS_AT);
        if (!isId(traceId, 32) || !isId(parentId, 16) || !isHex(flags)) {
            return null;
        }
        return new Traceparent(traceId, parentId, HexFormat.fromHexDigits(flags));
    }

    /** Returns the header's value. */
    public String print() {
        return "00-" + traceId + "-" + parentId + "-" + HEX.toHexDigits((byte) flags);
    }

    private static boolean isId(String text, int digits) {
        return text.length() == digits && isHex(text) && text.chars().anyMatch(c -> c != '0');
    }

    private static boolean isHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }
}
