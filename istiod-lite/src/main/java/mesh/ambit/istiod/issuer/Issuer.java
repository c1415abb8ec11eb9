package mesh.ambit.istiod.issuer;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Signs certificates, here or elsewhere. It is told what to sign: who may have what is decided before. Thread-safe.
 */
public interface Issuer {
    /**
     * What is to be signed.
     *
     * @param key the holder's public key
     * @param request the holder's signing request as PEM, for an issuer that wants one; its names do not count
     * @param subject whom the certificate names
     * @param place where it will be used: a node for identities that its proxy asks for, else the caller
     * @param lifetime how long it is to be valid; less where the signer itself ends before
     * @param now the present
     */
    record Order(PublicKey key, String request, Subject subject, String place, Duration lifetime, Instant now) {}

    /**
     * What was signed.
     *
     * @param chain the leaf first, then what leads to a root
     * @param trust what the holder is to trust; belongs to the same moment as the chain
     * @param keyId of the key that signed, for the audit log
     * @param generation of the signing state; a later one is higher. Always 0 where states are not counted
     */
    record Issued(List<X509Certificate> chain, Trust trust, String keyId, int generation) {
        public Issued {
            chain = List.copyOf(chain);
        }

        X509Certificate leaf() {
            return chain.getFirst();
        }
    }

    /**
     * Signs. May block for as long as the issuer's own limits allow; called on virtual threads.
     *
     * @throws IssuanceException if it does not
     */
    Issued issue(Order order);

    /**
     * Returns what the mesh trusts now, from memory.
     *
     * @throws IssuanceException while that is not known yet
     */
    Trust trust();
}
