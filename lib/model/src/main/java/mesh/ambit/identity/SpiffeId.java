package mesh.ambit.identity;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a workload as its certificate says it: {@code spiffe://<trust domain>/ns/<namespace>/sa/<service account>}.
 *
 * <p>Exactly this five-part form is accepted, as upstream does; any other SPIFFE path belongs to somebody else's mesh. Parts
 * may be empty: a local file may say nothing of them, and a certificate with such a name is not told from others.
 *
 * @param trustDomain for instance {@code cluster.local}
 * @param namespace Kubernetes namespace
 * @param serviceAccount Kubernetes service account
 */
public record SpiffeId(String trustDomain, String namespace, String serviceAccount) implements Comparable<SpiffeId> {
    /** What an absent trust domain means on the wire. */
    public static final String DEFAULT_TRUST_DOMAIN = "cluster.local";

    private static final String SCHEME = "spiffe://";

    public SpiffeId {
        requirePart(trustDomain, "trust domain");
        requirePart(namespace, "namespace");
        requirePart(serviceAccount, "service account");
    }

    /**
     * Returns the identity that {@code uri} names.
     *
     * @throws IllegalArgumentException if the text has another form; the message names the text and the expected form
     */
    public static SpiffeId parse(String uri) {
        SpiffeId id = tryParse(uri);
        if (id == null) {
            throw new IllegalArgumentException(
                    "SPIFFE ID: " + uri + " (expected: spiffe://<trust domain>/ns/<namespace>/sa/<service account>)");
        }
        return id;
    }

    /** Returns the identity that {@code uri} names, or null if it has another form. Never throws on hostile text. */
    public static @Nullable SpiffeId tryParse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            return null;
        }
        String[] parts = uri.substring(SCHEME.length()).split("/", -1);
        if (parts.length != 5 || !parts[1].equals("ns") || !parts[3].equals("sa")) {
            return null;
        }
        return new SpiffeId(parts[0], parts[2], parts[4]);
    }

    /** Returns the form that policies compare with: the URI without its scheme. */
    public String principal() {
        return trustDomain + "/ns/" + namespace + "/sa/" + serviceAccount;
    }

    /** Returns the URI. */
    @Override
    public String toString() {
        return SCHEME + principal();
    }

    @Override
    public int compareTo(SpiffeId other) {
        return principal().compareTo(other.principal());
    }

    private static void requirePart(String part, String what) {
        Objects.requireNonNull(part, what);
        if (part.indexOf('/') >= 0) {
            throw new IllegalArgumentException(what + ": '" + part + "' (expected: no slash)");
        }
    }

    /** Written out: a record's own goes through method handles, slow until they are compiled, and this is a key of the data path. */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof SpiffeId other
                && serviceAccount.equals(other.serviceAccount)
                && namespace.equals(other.namespace)
                && trustDomain.equals(other.trustDomain);
    }

    @Override
    public int hashCode() {
        int result = trustDomain.hashCode();
        result = 31 * result + namespace.hashCode();
        result = 31 * result + serviceAccount.hashCode();
        return result;
    }
}
