/**
 * Fuzz tests of every parser of bytes from a peer. Without {@code JAZZER_FUZZ=1} they run their committed inputs only.
 */
@NullMarked
package mesh.ambit.fuzz;

import org.jspecify.annotations.NullMarked;
