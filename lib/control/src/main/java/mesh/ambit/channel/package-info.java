/**
 * TLS channels to a control plane: where it is, whom to trust, what every call carries. Shared by {@code xds} and {@code
 * ca}; depends on gRPC and Netty.
 */
@NullMarked
package mesh.ambit.channel;

import org.jspecify.annotations.NullMarked;
