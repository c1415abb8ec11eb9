/** {@code ambit compile} and {@code ambit analyze}: what the controller makes of a folder, and what is wrong with it. */
@NullMarked
package mesh.ambit.cli.compile;

import org.jspecify.annotations.NullMarked;
