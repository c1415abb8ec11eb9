/**
 * Kubernetes objects to workloads, services and policies: pure functions.
 */
@NullMarked
package mesh.ambit.istiod.ambient;

import org.jspecify.annotations.NullMarked;
