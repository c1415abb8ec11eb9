/**
 * Metric names, access log, log format. Depends on {@code model}, Micrometer and SLF4J.
 */
@NullMarked
package mesh.ambit.telemetry;

import org.jspecify.annotations.NullMarked;
