package mesh.ambit.istiod.issuer;

/**
 * Tells from a bearer token who calls. Implementations may block; they are called on virtual threads.
 *
 * <p>The embedded mesh reads tokens of its own issuer; within Kubernetes the API server is asked instead.
 */
@FunctionalInterface
public interface Authenticator {
    /** Returns who presents {@code token}, or why it proves nothing. Never throws on hostile text. */
    Authentication authenticate(String token);

    /**
     * Returns who presents {@code token}, of a caller who says that it is in {@code cluster}.
     *
     * @param cluster empty if it does not say. Whoever knows one cluster only need not care
     */
    default Authentication authenticate(String token, String cluster) {
        return authenticate(token);
    }
}
