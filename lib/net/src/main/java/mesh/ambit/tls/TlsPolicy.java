package mesh.ambit.tls;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What both ends of HBONE may negotiate.
 *
 * @param compliance the rule book
 * @param tls12 whether TLS 1.2 is offered and accepted beside 1.3, with ECDHE and AES-GCM only
 */
public record TlsPolicy(Compliance compliance, boolean tls12) {
    /** TLS 1.3, hybrid post-quantum key exchange before elliptic curves. */
    public static final TlsPolicy DEFAULT = new TlsPolicy(Compliance.NONE, false);

    private static final List<String> SUITES_13 = List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256");
    private static final List<String> SUITES_12 = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");

    /** Values of {@code COMPLIANCE_POLICY}. */
    public enum Compliance {
        /** No rule book: hybrid post-quantum key exchange first, elliptic curves behind it. */
        NONE,
        /** Key exchange must resist quantum computers: one hybrid group and nothing else. */
        PQC,
        /** Approved algorithms only, by the JDK's provider; no certification is claimed. */
        FIPS_140_2;

        /**
         * Returns what {@code text} asks for. A rule book that nobody knows is none, as upstream has it; a caller that
         * wants to complain compares {@link #isKnown}.
         */
        public static Compliance parse(String text) {
            return switch (text) {
                case "" -> NONE;
                case "pqc" -> PQC;
                case "fips-140-2" -> FIPS_140_2;
                default -> NONE;
            };
        }

        /** Returns whether {@code text} is one of the values. */
        public static boolean isKnown(String text) {
            return text.isEmpty() || parse(text) != NONE;
        }
    }

    public TlsPolicy {
        Objects.requireNonNull(compliance, "compliance");
    }

    /**
     * Returns the library that can keep this policy.
     *
     * @throws IllegalStateException if none on this machine can
     */
    public TlsProvider provider() {
        TlsProvider best = TlsProvider.best();
        return switch (compliance) {
            case NONE -> best;
            case FIPS_140_2 -> TlsProvider.JDK;
            case PQC -> {
                if (best != TlsProvider.BORINGSSL) {
                    throw new IllegalStateException(
                            "COMPLIANCE_POLICY=pqc needs the native TLS library, which did not load on this machine");
                }
                yield best;
            }
        };
    }

    /** Returns the versions to offer, the newest first. */
    public String[] versions() {
        return tls12 ? new String[] {"TLSv1.3", "TLSv1.2"} : new String[] {"TLSv1.3"};
    }

    /** Returns the suites in order of preference. BoringSSL takes from it those of TLS 1.2 alone; the rest it fixes itself. */
    public List<String> suites() {
        if (!tls12) {
            return SUITES_13;
        }
        return Stream.concat(SUITES_13.stream(), SUITES_12.stream()).toList();
    }

    /** Returns the only groups for key exchange, by their registered names; what a library does not know it leaves out. */
    public List<String> groups() {
        return switch (compliance) {
            case NONE -> List.of("X25519MLKEM768", "x25519", "secp256r1", "secp384r1");
            case PQC -> List.of("X25519MLKEM768");
            case FIPS_140_2 -> List.of("secp256r1", "secp384r1");
        };
    }
}
