/**
 * The program: configuration, wiring, the reconcile loop, clean-up.
 */
@NullMarked
package mesh.ambit.node.app;

import org.jspecify.annotations.NullMarked;
