package mesh.ambit.ztunnel.dns;

/** What DNS messages are made of (RFC 1035, 6891). */
final class Messages {
    /** Where name servers listen. */
    static final int PORT = 53;

    static final int HEADER_BYTES = 12;

    /** Over UDP, to whoever did not say that he takes more. */
    static final int PLAIN_UDP_BYTES = 512;

    /** What a UDP datagram can carry over IPv4. */
    static final int MAX_UDP_BYTES = 65_507;

    /** Over TCP. */
    static final int MAX_BYTES = 65_535;

    /** Bits of the header's second word. */
    static final int RESPONSE = 0x8000;

    static final int AUTHORITATIVE = 0x0400;
    static final int TRUNCATED = 0x0200;
    static final int RECURSION_DESIRED = 0x0100;
    static final int RECURSION_AVAILABLE = 0x0080;
    static final int CHECKING_DISABLED = 0x0010;
    static final int OPCODE = 0x7800;
    static final int RCODE = 0x000f;

    /** Response codes. */
    static final int NOERROR = 0;

    static final int FORMERR = 1;
    static final int SERVFAIL = 2;
    static final int NXDOMAIN = 3;
    static final int NOTIMP = 4;

    private Messages() {}

    /** Returns what a response code means, in upstream's words. */
    static String nameOf(int rcode) {
        return switch (rcode) {
            case NOERROR -> "No Error";
            case FORMERR -> "Form Error";
            case SERVFAIL -> "Server Failure";
            case NXDOMAIN -> "Non-Existent Domain";
            case NOTIMP -> "Not Implemented";
            case 5 -> "Query Refused";
            case 6 -> "Name should not exist";
            case 7 -> "RR Set should not exist";
            case 8 -> "RR Set does not exist";
            case 9 -> "Not authorized";
            case 10 -> "Name not in zone";
            default -> "Unknown response code";
        };
    }
}
