/**
 * The program: configuration, wiring, shutdown order.
 */
@NullMarked
package mesh.ambit.istiod.app;

import org.jspecify.annotations.NullMarked;
