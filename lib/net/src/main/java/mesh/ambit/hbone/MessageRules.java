package mesh.ambit.hbone;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** What the fields of a request and of an answer have to say to be well-formed (RFC 9113, 8.1.1 and 8.3). */
final class MessageRules {
    /** There is no content-length. */
    static final long UNSAID = -1;

    /** The content-length is none. */
    static final long NO_NUMBER = -2;

    /** Enough for any, and few enough for a long. */
    private static final int MAX_LENGTH_DIGITS = 18;

    private static final int STATUS_DIGITS = 3;
    private static final int STATUS_UNSAID = 200;

    private MessageRules() {}

    /**
     * Says whether {@code headers} make a request; whom it is for need not make sense.
     *
     * @param endStream whether the request ends with them
     */
    static boolean isRequest(Http2Headers headers, boolean endStream) {
        CharSequence method = headers.method();
        CharSequence authority = headers.authority();
        return method != null
                && headers.status() == null
                && hasRightTarget(headers, "CONNECT".contentEquals(method))
                && hasRightLength(headers, endStream)
                && (authority == null || AuthoritySyntax.isValid(authority));
    }

    /** A CONNECT names no resource, every other request does; the extended CONNECT (RFC 8441) has not been offered. */
    private static boolean hasRightTarget(Http2Headers headers, boolean connect) {
        return connect
                ? headers.scheme() == null && headers.path() == null && !headers.contains(":protocol")
                : isScheme(headers.scheme()) && isPath(headers.path());
    }

    /** An empty one counts, as with the reference. */
    private static boolean isScheme(@Nullable CharSequence scheme) {
        return scheme != null && scheme.chars().allMatch(MessageRules::isSchemeCharacter);
    }

    private static boolean isSchemeCharacter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "+-.".indexOf(c) >= 0;
    }

    private static boolean isPath(@Nullable CharSequence path) {
        if (path == null || path.isEmpty() || (path.charAt(0) != '/' && path.charAt(0) != '?')) {
            return false;
        }
        return path.chars().allMatch(c -> c > ' ' && c != '<' && c != '>');
    }

    /** What says its length has to say a number, and one that has ended has to keep to it. */
    private static boolean hasRightLength(Http2Headers headers, boolean endStream) {
        long length = length(headers);
        return length == UNSAID || length == 0 || (length > 0 && !endStream);
    }

    /** Returns how many bytes follow by what {@code headers} say, {@link #UNSAID} or {@link #NO_NUMBER}. */
    static long length(Http2Headers headers) {
        CharSequence text = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (text == null) {
            return UNSAID;
        }
        if (text.isEmpty() || text.length() > MAX_LENGTH_DIGITS) {
            return NO_NUMBER;
        }
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return NO_NUMBER;
            }
            length = length * 10 + digit;
        }
        return length;
    }

    /**
     * Returns the status of an answer, or -1 if it says one or a length that cannot be. An answer without any means 200, as
     * for the reference.
     */
    static int statusOfAnswer(Http2Headers headers, boolean endStream) {
        return hasRightLength(headers, endStream) ? status(headers) : -1;
    }

    private static int status(Http2Headers headers) {
        CharSequence status = headers.status();
        if (status == null) {
            return STATUS_UNSAID;
        }
        if (status.length() != STATUS_DIGITS) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < STATUS_DIGITS; i++) {
            int digit = status.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value < 100 ? -1 : value;
    }
}
