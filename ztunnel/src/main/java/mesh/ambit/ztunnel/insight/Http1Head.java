package mesh.ambit.ztunnel.insight;

/**
 * What a message's head says of its body (RFC 9112, section 6).
 *
 * @param startLine its first line
 * @param length the announced length; -1 when there is none
 * @param chunked whether the body comes in chunks
 */
record Http1Head(String startLine, long length, boolean chunked) {
    private static final int MAX_FIELDS = 256;
    /** Lengths beyond this leave room to count. */
    private static final int MAX_DIGITS = 17;

    static final class Builder {
        private final String startLine;
        private long length = -1;
        private boolean chunked;
        private int fields;

        Builder(String startLine) {
            this.startLine = startLine;
        }

        /** Takes a field line; what can be read in two ways is not read. */
        void field(String line) throws NotUnderstood {
            fields++;
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(0) <= ' ' || line.charAt(colon - 1) <= ' ' || fields > MAX_FIELDS) {
                throw new NotUnderstood("field line");
            }
            if (is("content-length", line, colon)) {
                contentLength(line.substring(colon + 1).strip());
            } else if (is("transfer-encoding", line, colon)) {
                if (chunked || !line.substring(colon + 1).strip().equalsIgnoreCase("chunked")) {
                    throw new NotUnderstood("transfer coding");
                }
                chunked = true;
            }
        }

        private static boolean is(String name, String line, int colon) {
            return colon == name.length() && line.regionMatches(true, 0, name, 0, colon);
        }

        private void contentLength(String value) throws NotUnderstood {
            long announced = decimal(value);
            if (length >= 0 && length != announced) {
                throw new NotUnderstood("two lengths");
            }
            length = announced;
        }

        Http1Head build() throws NotUnderstood {
            if (chunked && length >= 0) {
                throw new NotUnderstood("length and chunks");
            }
            return new Http1Head(startLine, length, chunked);
        }
    }

    private static long decimal(String text) throws NotUnderstood {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            throw new NotUnderstood("length");
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new NotUnderstood("length");
            }
            value = 10 * value + digit;
        }
        return value;
    }

    /** Returns the method of a request: what stands before the first space, if the version is one of HTTP/1. */
    String method() throws NotUnderstood {
        int space = startLine.indexOf(' ');
        if (space <= 0 || !(startLine.endsWith(" HTTP/1.1") || startLine.endsWith(" HTTP/1.0"))) {
            throw new NotUnderstood("request line");
        }
        for (int i = 0; i < space; i++) {
            if (startLine.charAt(i) < 'A' || startLine.charAt(i) > 'Z') {
                throw new NotUnderstood("method");
            }
        }
        return startLine.substring(0, space);
    }

    /** Returns the status of a response. */
    int status() throws NotUnderstood {
        boolean known = startLine.startsWith("HTTP/1.1 ") || startLine.startsWith("HTTP/1.0 ");
        if (!known || startLine.length() < 12 || (startLine.length() > 12 && startLine.charAt(12) != ' ')) {
            throw new NotUnderstood("status line");
        }
        long status = decimal(startLine.substring(9, 12));
        if (status < 100) {
            throw new NotUnderstood("status");
        }
        return (int) status;
    }
}
