/**
 * Certificates from the CA: key, CSR, request, rotation schedule. Depends on {@code identity}, {@code tls}, gRPC
 * and BouncyCastle.
 */
@NullMarked
package mesh.ambit.ca;

import org.jspecify.annotations.NullMarked;
