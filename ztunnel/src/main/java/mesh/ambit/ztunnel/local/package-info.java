/**
 * What files on this machine say instead of a control plane, read from YAML within bounds. Knows the model and no other
 * package of the daemon.
 */
@NullMarked
package mesh.ambit.ztunnel.local;

import org.jspecify.annotations.NullMarked;
