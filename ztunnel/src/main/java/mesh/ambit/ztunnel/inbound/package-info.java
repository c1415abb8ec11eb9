/**
 * HBONE termination, captured plaintext, and authorization that stays watched while a connection lives.
 */
@NullMarked
package mesh.ambit.ztunnel.inbound;

import org.jspecify.annotations.NullMarked;
