package mesh.ambit.istiod.issuer;

/** What the certificate service counts; the program connects it with its registry. */
public interface IssuerMetrics {
    /** A request came from a proven caller. */
    void requested();

    /** A caller could not prove itself. */
    void unauthenticated();

    /** A caller may not have the identity that it asked for. */
    void unauthorized();

    /** A signing request could not be used. */
    void unparsable();

    /** Signing was refused; {@code error} is a stable name. */
    void signFailed(String error);

    /** A certificate was signed. */
    void issued();
}
