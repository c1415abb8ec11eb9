/**
 * The commands of ambit bench; wires everything else.
 */
@NullMarked
package mesh.ambit.perf.app;

import org.jspecify.annotations.NullMarked;
