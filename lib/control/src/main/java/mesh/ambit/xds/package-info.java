/**
 * Delta ADS client: subscription, acknowledgement, reconnect. Depends on {@code wire} and gRPC.
 */
@NullMarked
package mesh.ambit.xds;

import org.jspecify.annotations.NullMarked;
