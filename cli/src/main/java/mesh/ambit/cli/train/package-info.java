/**
 * Start-up caches: the programs of a small mesh are run under load once, and what they loaded and learned is kept for
 * later starts.
 */
@NullMarked
package mesh.ambit.cli.train;

import org.jspecify.annotations.NullMarked;
