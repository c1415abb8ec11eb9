package mesh.ambit.istiod.issuer;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the mesh is to trust at one moment.
 *
 * @param roots the trust bundle, at least one; the root of the present signer first
 * @param crl revocation lists as PEM; null where there are none
 */
public record Trust(List<X509Certificate> roots, @Nullable String crl) {
    public Trust {
        roots = List.copyOf(roots);
        if (roots.isEmpty()) {
            throw new IllegalArgumentException("a trust bundle without roots");
        }
    }

    /** Returns the whole bundle as PEM: what clients verify peers and this server with. */
    public String bundle() {
        return Pem.of(roots);
    }

    /**
     * Writes the bundle to {@code file}, whole or not at all, readable by everybody; and the revocation lists beside it, as
     * {@code ca-crl.pem}, where there are any.
     *
     * @throws IssuerException if it cannot be written; what was there still is
     */
    public void publish(Path file) {
        PrivateFiles.writePublic(file, bundle());
        Path lists = file.resolveSibling("ca-crl.pem");
        if (crl != null) {
            PrivateFiles.writePublic(lists, crl);
        } else {
            PrivateFiles.delete(lists);
        }
    }

    X509Certificate[] array() {
        return roots.toArray(X509Certificate[]::new);
    }
}
