package mesh.ambit.ztunnel.dns;

import java.util.Map;

/** Types of records that mean something to us; any other is carried as it is. */
final class RecordType {
    static final int A = 1;
    static final int NS = 2;
    static final int CNAME = 5;
    static final int SOA = 6;
    static final int PTR = 12;
    static final int MX = 15;
    static final int AAAA = 28;
    static final int SRV = 33;
    static final int OPT = 41;
    static final int ANY = 255;

    /** Names that logs and metrics use, upstream's. */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(0, "ZERO"),
            Map.entry(A, "A"),
            Map.entry(NS, "NS"),
            Map.entry(CNAME, "CNAME"),
            Map.entry(SOA, "SOA"),
            Map.entry(10, "NULL"),
            Map.entry(PTR, "PTR"),
            Map.entry(13, "HINFO"),
            Map.entry(MX, "MX"),
            Map.entry(16, "TXT"),
            Map.entry(24, "SIG"),
            Map.entry(25, "KEY"),
            Map.entry(AAAA, "AAAA"),
            Map.entry(SRV, "SRV"),
            Map.entry(35, "NAPTR"),
            Map.entry(37, "CERT"),
            Map.entry(OPT, "OPT"),
            Map.entry(43, "DS"),
            Map.entry(44, "SSHFP"),
            Map.entry(46, "RRSIG"),
            Map.entry(47, "NSEC"),
            Map.entry(48, "DNSKEY"),
            Map.entry(50, "NSEC3"),
            Map.entry(51, "NSEC3PARAM"),
            Map.entry(52, "TLSA"),
            Map.entry(53, "SMIMEA"),
            Map.entry(59, "CDS"),
            Map.entry(60, "CDNSKEY"),
            Map.entry(61, "OPENPGPKEY"),
            Map.entry(62, "CSYNC"),
            Map.entry(64, "SVCB"),
            Map.entry(65, "HTTPS"),
            Map.entry(250, "TSIG"),
            Map.entry(251, "IXFR"),
            Map.entry(252, "AXFR"),
            Map.entry(ANY, "ANY"),
            Map.entry(257, "CAA"),
            Map.entry(65305, "ANAME"));

    private RecordType() {}

    /** Returns the name of a type, {@code Unknown} for one without. */
    static String name(int type) {
        return NAMES.getOrDefault(type, "Unknown");
    }

    /** Returns the name of a type, with its number where it has none, as upstream's failure texts have it. */
    static String detailedName(int type) {
        String known = NAMES.get(type);
        return known == null ? "Unknown(" + type + ")" : known;
    }

    /**
     * How names stand in a record's data, for the types whose names may come compressed.
     *
     * @param prefix octets before the first name
     * @param names how many names follow each other
     * @param compress whether we may compress them too (RFC 3597, section 4)
     */
    record Layout(int prefix, int names, boolean compress) {
        private static final Layout NO_NAMES = new Layout(0, 0, false);

        static Layout of(int type) {
            return switch (type) {
                case NS, CNAME, PTR -> new Layout(0, 1, true);
                case SOA -> new Layout(0, 2, true);
                case MX -> new Layout(2, 1, true);
                case SRV -> new Layout(6, 1, false);
                // MB, MG, MR and DNAME; MINFO and RP; AFSDB, RT and KX.
                case 7, 8, 9, 39 -> new Layout(0, 1, false);
                case 14, 17 -> new Layout(0, 2, false);
                case 18, 21, 36 -> new Layout(2, 1, false);
                default -> NO_NAMES;
            };
        }
    }
}
