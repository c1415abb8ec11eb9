/**
 * Where a captured outbound connection goes, and the handler that takes it there.
 */
@NullMarked
package mesh.ambit.ztunnel.outbound;

import org.jspecify.annotations.NullMarked;
