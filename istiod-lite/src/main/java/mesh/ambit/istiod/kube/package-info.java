/**
 * Sources of Kubernetes objects merged into one consistent view.
 */
@NullMarked
package mesh.ambit.istiod.kube;

import org.jspecify.annotations.NullMarked;
