/**
 * What is measured and how: windows of traffic, processor time and memory of the programs under it.
 */
@NullMarked
package mesh.ambit.perf.measure;

import org.jspecify.annotations.NullMarked;
