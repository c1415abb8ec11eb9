/**
 * The program: configuration, wiring, ports, debug pages, shutdown order. Sees every other package of the controller.
 */
@NullMarked
package mesh.ambit.istiod.app;

import org.jspecify.annotations.NullMarked;
