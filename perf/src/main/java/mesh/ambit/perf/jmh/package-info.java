/**
 * Microbenchmarks of decisions and codecs, run by {@code ambit bench jmh}. Those of package-private classes stand in the
 * packages of what they measure.
 */
@NullMarked
package mesh.ambit.perf.jmh;

import org.jspecify.annotations.NullMarked;
