/**
 * Gateways of a cluster: their classes, what stands behind them, and what their status says. Decisions are pure; one
 * controller writes.
 */
@NullMarked
package mesh.ambit.istiod.gateway;

import org.jspecify.annotations.NullMarked;
