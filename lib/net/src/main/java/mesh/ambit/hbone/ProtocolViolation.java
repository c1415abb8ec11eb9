package mesh.ambit.hbone;

import io.netty.handler.codec.http2.Http2Error;
import java.util.Locale;

/**
 * Says that a peer broke HTTP/2 so that the whole connection must end (RFC 9113 section 5.4.1). Has no stack trace:
 * peers can provoke it at will.
 */
public final class ProtocolViolation extends Exception {
    private final Http2Error code;
    private final String reason;
    private final String told;

    /** Makes one of which the peer is told the code alone, as the reference does; our log has the message. */
    ProtocolViolation(Http2Error code, String message) {
        this(code, message, code.name().toLowerCase(Locale.ROOT), "");
    }

    /**
     * Makes one that metrics tell from others with the same code, and of an excess the peer is told the message.
     *
     * @param reason a label: lower case, stable
     */
    ProtocolViolation(Http2Error code, String message, String reason) {
        this(code, message, reason, code == Http2Error.ENHANCE_YOUR_CALM ? message : "");
    }

    /** Makes one of an excess for which the reference has words of its own: {@code told}. */
    ProtocolViolation(Http2Error code, String message, String reason, String told) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.told = told;
    }

    /** Returns what GOAWAY says besides the code. */
    String told() {
        return told;
    }

    /** Returns the code for GOAWAY. */
    public Http2Error code() {
        return code;
    }

    /** Returns what metrics call it: the code, or which kind of excess it was. */
    public String reason() {
        return reason;
    }
}
