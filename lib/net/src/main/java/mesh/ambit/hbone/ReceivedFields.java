package mesh.ambit.hbone;

import io.netty.handler.codec.DefaultHeaders.NameValidator;
import io.netty.handler.codec.DefaultHeaders.ValueValidator;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers.PseudoHeaderName;

/**
 * The fields of a block that a peer sent, with two kinds of faults told apart while HPACK reads them. What cannot be a
 * field at all is a {@link NotAField}: as the reference has it, a peer that writes such things cannot write HTTP/2, and
 * loses the connection. Fields that are each well formed but do not fit together (twice, out of order, out of place)
 * are left to Netty, whose complaint is about the stream.
 */
final class ReceivedFields extends DefaultHttp2Headers {
    private static final String METHOD = ":method";
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    /** Says that a name or value is none. Without stack trace and without the peer's bytes: it may send many. */
    static final class NotAField extends IllegalArgumentException {
        private NotAField(String message) {
            super(message);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    ReceivedFields(int expected) {
        super(true, true, expected);
    }

    @Override
    protected void validateName(NameValidator<CharSequence> validator, boolean forAdd, CharSequence name) {
        if (!isName(name)) {
            throw new NotAField("a field name is neither a token in lower case nor a known pseudo field");
        }
        super.validateName(validator, forAdd, name);
    }

    @Override
    protected void validateValue(ValueValidator<CharSequence> validator, CharSequence name, CharSequence value) {
        if (hasControls(value)) {
            throw new NotAField("a field value contains a control character");
        }
        if (value.isEmpty() && METHOD.contentEquals(name)) {
            throw new NotAField("the request method is empty");
        }
        super.validateValue(validator, name, value);
    }

    /** Says whether {@code name} keeps to RFC 9113 section 8.2.1 and, with a colon, is one that anybody has defined. */
    private static boolean isName(CharSequence name) {
        if (name.isEmpty()) {
            return false;
        }
        if (name.charAt(0) == ':') {
            return PseudoHeaderName.isPseudoHeader(name);
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || c == '-' || (c >= '0' && c <= '9');
            if (!plain && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasControls(CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7F) {
                return true;
            }
        }
        return false;
    }
}
