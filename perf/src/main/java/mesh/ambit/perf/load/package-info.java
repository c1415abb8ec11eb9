/**
 * Makes traffic and counts it, in processes of its own. Depends on the JDK and on mesh.ambit.linux only, so that it costs little.
 */
@NullMarked
package mesh.ambit.perf.load;

import org.jspecify.annotations.NullMarked;
