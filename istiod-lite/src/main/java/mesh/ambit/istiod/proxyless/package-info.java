/**
 * What clients of standard xDS are told, gRPC's as a rule: listeners, routes, clusters and endpoints, computed from an
 * immutable view of the mesh. Pure functions; the only package besides the xDS server that knows Envoy's messages, and
 * loaded when the first such client comes.
 */
@NullMarked
package mesh.ambit.istiod.proxyless;

import org.jspecify.annotations.NullMarked;
