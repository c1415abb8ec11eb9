/**
 * The xDS server: subscriptions, versions, nonces, paced pushes.
 */
@NullMarked
package mesh.ambit.istiod.push;

import org.jspecify.annotations.NullMarked;
