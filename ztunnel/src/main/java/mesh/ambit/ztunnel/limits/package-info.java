/**
 * How much one pod, one identity and all together may take of this node's memory, descriptors and time. Knows
 * connections only by number. Depends on the configuration, on telemetry and on Netty.
 */
@NullMarked
package mesh.ambit.ztunnel.limits;

import org.jspecify.annotations.NullMarked;
