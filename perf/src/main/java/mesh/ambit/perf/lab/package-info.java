/**
 * The place where programs are compared: namespaces, pods, a small control plane, and the programs themselves.
 */
@NullMarked
package mesh.ambit.perf.lab;

import org.jspecify.annotations.NullMarked;
