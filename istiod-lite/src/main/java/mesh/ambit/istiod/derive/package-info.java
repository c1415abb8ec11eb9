/**
 * Values derived from values, kept up to date: a rule reads what it needs through a view that takes note, so that a
 * change runs again only the rules that read what changed. Knows nothing of meshes.
 */
@NullMarked
package mesh.ambit.istiod.derive;

import org.jspecify.annotations.NullMarked;
