/** {@code ambit debug}: looking at a running mesh from outside of its programs. */
@NullMarked
package mesh.ambit.cli.debug;

import org.jspecify.annotations.NullMarked;
