package mesh.ambit.istiod.issuer;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A certificate authority outside of this program: the interface to implement for one's own. The mesh's authority still
 * decides who gets which identity, and checks every certificate before it hands it out.
 *
 * <p>A class with a public constructor without arguments, named in {@code META-INF/services} under this interface's name,
 * is used when {@code AMBIT_EXTERNAL_CA} is its {@link #name}. Methods are called on virtual threads, up to {@value
 * ExternalIssuer#MAX_PARALLEL} at once; they may block, and are interrupted when they take too long.
 */
public interface ExternalSigner extends AutoCloseable {
    /**
     * What is to be signed.
     *
     * @param csr the holder's signing request as PEM. The names in it do <em>not</em> count
     * @param names the subject alternative names that the certificate is to have, no others: {@code URI:spiffe://…} for a
     *     workload; {@code DNS:…} and {@code IP:…} for our own port. Critical, as there is no subject
     * @param lifetime the longest that it may be valid
     */
    record Request(String csr, List<String> names, Duration lifetime) {
        public Request {
            names = List.copyOf(names);
        }
    }

    /** Returns the name by which this is chosen. */
    String name();

    /**
     * Signs.
     *
     * @return certificates as PEM: the leaf, then what leads to a root; one or more in each element
     * @throws Exception if it does not; the message is for the operator
     */
    List<String> sign(Request request) throws Exception;

    /**
     * Returns whether the certificate gets the names of the signing request, whatever is ordered. Requests with any others
     * are then refused before this is asked.
     */
    default boolean signsAsRequested() {
        return false;
    }

    /**
     * Returns what the mesh is to trust, as PEM; asked every half minute.
     *
     * @throws Exception if that cannot be told now; the mesh goes on with what it was told before
     */
    String roots() throws Exception;

    @Override
    default void close() throws IOException {}
}
