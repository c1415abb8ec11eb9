/**
 * Moves bytes both ways between two channels of one event loop: back-pressure, half-close, counters, drain.
 * Depends on {@code hbone} and Netty.
 */
@NullMarked
package mesh.ambit.relay;

import org.jspecify.annotations.NullMarked;
