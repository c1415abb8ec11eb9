/**
 * Kubernetes objects as records, trimmed to what Ambit reads, and the watched folder of YAML they come from.
 */
@NullMarked
package mesh.ambit.kube;

import org.jspecify.annotations.NullMarked;
