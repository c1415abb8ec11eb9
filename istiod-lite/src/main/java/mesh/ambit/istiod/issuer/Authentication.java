package mesh.ambit.istiod.issuer;

/** What became of an attempt to prove who one is. */
public sealed interface Authentication {
    /** The proof holds. */
    record Accepted(CallerIdentity caller) implements Authentication {}

    /**
     * It does not hold.
     *
     * @param reason for our log only; never contains the token, and the caller is not told
     */
    record Refused(String reason) implements Authentication {}
}
