package mesh.ambit.telemetry;

/** Why a connection ended, as metrics name it. The labels are API. */
public enum ResponseFlag {
    /** As it should; also when a drain cut it. */
    NONE("-"),
    /** Authorization refused it, at the start or later. */
    DENY("DENY"),
    /** The upstream was not reached, or any other error. */
    CONNECT("CONNECT"),
    /** TLS could not be configured. */
    TLS_FAILURE("TLS_FAILURE"),
    /** HTTP/2 did not begin or was violated. */
    H2_HANDSHAKE_FAILURE("H2_HANDSHAKE_FAILURE"),
    /** An HBONE port did not answer in time, which often is a NetworkPolicy. */
    NETWORK_POLICY("NETWORK_POLICY"),
    /** No certificate could be had. */
    IDENTITY_ERROR("IDENTITY_ERROR"),
    /** A certificate on the way was revoked. */
    CERT_REVOKED("CERT_REVOKED");

    private final String label;

    ResponseFlag(String label) {
        this.label = label;
    }

    /** Returns the value of the label {@code response_flags}. */
    public String label() {
        return label;
    }
}
