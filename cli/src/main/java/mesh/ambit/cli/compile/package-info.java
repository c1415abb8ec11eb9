/** {@code ambit compile}: what the controller makes of a folder, and how two folders differ in that. */
@NullMarked
package mesh.ambit.cli.compile;

import org.jspecify.annotations.NullMarked;
