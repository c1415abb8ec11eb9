/**
 * The embedded mesh: starts, watches and ends the programs.
 */
@NullMarked
package mesh.ambit.cli.up;

import org.jspecify.annotations.NullMarked;
