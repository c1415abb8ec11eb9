/** {@code ambit ca}: what signs the mesh's certificates, and how its root is changed. */
@NullMarked
package mesh.ambit.cli.ca;

import org.jspecify.annotations.NullMarked;
