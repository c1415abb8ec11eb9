/**
 * The program {@code ambit}: its commands.
 */
@NullMarked
package mesh.ambit.cli;

import org.jspecify.annotations.NullMarked;
