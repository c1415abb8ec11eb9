/**
 * Pods handed over by the node agent, one proxy for each, sockets opened inside its network namespace.
 */
@NullMarked
package mesh.ambit.ztunnel.inpod;

import org.jspecify.annotations.NullMarked;
