/**
 * The program: configuration, wiring, shutdown order.
 */
@NullMarked
package mesh.ambit.ztunnel.app;

import org.jspecify.annotations.NullMarked;
