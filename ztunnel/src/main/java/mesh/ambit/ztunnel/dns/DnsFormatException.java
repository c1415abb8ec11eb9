package mesh.ambit.ztunnel.dns;

/** Bytes that are no DNS message. */
final class DnsFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Without a stack trace: a peer decides how often it is made. */
    DnsFormatException(String message) {
        super(message, null, false, false);
    }
}
