/**
 * Numbers that were measured, what they mean, and how they are shown. Pure, apart from writing files.
 */
@NullMarked
package mesh.ambit.perf.report;

import org.jspecify.annotations.NullMarked;
