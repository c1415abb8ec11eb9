package mesh.ambit.ca;

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
}
