/**
 * Admin, readiness and metrics servers. Depends on {@code telemetry} and Netty.
 */
@NullMarked
package mesh.ambit.admin;

import org.jspecify.annotations.NullMarked;
