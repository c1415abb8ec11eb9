/**
 * HBONE: HTTP/2 CONNECT tunnels, client pool and server. Depends on {@code tls}, {@code identity}
 * and Netty.
 */
@NullMarked
package mesh.ambit.hbone;

import org.jspecify.annotations.NullMarked;
