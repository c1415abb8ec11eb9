/**
 * Mutual TLS under SPIFFE identities: certificates, contexts, peer verification. Depends on {@code identity},
 * Netty and BouncyCastle.
 */
@NullMarked
package mesh.ambit.tls;

import org.jspecify.annotations.NullMarked;
