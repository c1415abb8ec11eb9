package mesh.ambit.tls;

/** Why a peer's certificate was refused. The names are stable. */
public enum PeerRefusal {
    /** No certificate was shown. */
    NO_CERTIFICATE,
    /** The chain does not lead to our trust bundle. */
    UNKNOWN_CA,
    /** A signature of the chain is not its issuer's: a root of the right name with another key, as after a CA was made anew. */
    BAD_SIGNATURE,
    /** A certificate of the chain is no longer valid. */
    EXPIRED,
    /** A certificate of the chain is not yet valid. */
    NOT_YET_VALID,
    /** A certificate of the chain is in a revocation list. */
    REVOKED,
    /** A certificate of the chain has key usages, but not the one for the peer's role. */
    KEY_USAGE,
    /** The leaf has no SPIFFE name in the mesh's form. */
    NO_IDENTITY,
    /** The leaf's SPIFFE names belong to other trust domains. */
    TRUST_DOMAIN,
    /** The server is none of those we meant to reach. */
    UNEXPECTED_IDENTITY,
    /** The chain is broken in another way. */
    MALFORMED
}
