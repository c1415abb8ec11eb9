package mesh.ambit.ztunnel.dns;

/** What DNS messages are made of (RFC 1035). */
final class Messages {
    /** Where name servers listen. */
    static final int PORT = 53;

    private Messages() {}
}
