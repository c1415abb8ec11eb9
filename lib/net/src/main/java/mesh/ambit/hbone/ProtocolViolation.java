package mesh.ambit.hbone;

import io.netty.handler.codec.http2.Http2Error;

/**
 * Says that a peer broke HTTP/2 so that the whole connection must end (RFC 9113 section 5.4.1). Has no stack trace:
 * peers can provoke it at will.
 */
public final class ProtocolViolation extends Exception {
    private final Http2Error code;

    ProtocolViolation(Http2Error code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    /** Returns the code for GOAWAY. */
    public Http2Error code() {
        return code;
    }
}
