/**
 * Names: the DNS proxy of each pod, which answers for the mesh's services and forwards the rest, and the process's own
 * resolver for workloads that have a host name instead of an address.
 */
@NullMarked
package mesh.ambit.ztunnel.dns;

import org.jspecify.annotations.NullMarked;
