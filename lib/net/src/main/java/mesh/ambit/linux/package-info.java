/**
 * Linux calls that the JDK lacks: namespaces, socket options, SEQPACKET sockets with descriptor passing. The only
 * package that uses {@code java.lang.foreign}.
 */
@NullMarked
package mesh.ambit.linux;

import org.jspecify.annotations.NullMarked;
