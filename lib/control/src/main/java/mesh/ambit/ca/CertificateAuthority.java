package mesh.ambit.ca;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletionStage;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.tls.Svid;

/** Signs certificates. */
@FunctionalInterface
public interface CertificateAuthority {
    /**
     * Returns a new certificate for {@code identity}, with a key of its own.
     *
     * @return fails with {@link SigningException}
     */
    CompletionStage<Svid> sign(SpiffeId identity);

    /**
     * Returns the roots that this machine has been told the authority's mesh trusts. When they change, so does what new
     * certificates carry, and those from before are worth replacing. May read a file.
     *
     * @return none where nothing is told; otherwise in their order, which says who signs
     */
    default List<X509Certificate> roots() {
        return List.of();
    }
}
