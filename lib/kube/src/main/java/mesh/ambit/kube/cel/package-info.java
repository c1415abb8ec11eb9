/**
 * The part of CEL (cel.dev) in which definitions of Kubernetes objects state their rules. Not all of the language: what
 * the definitions of the Gateway API and of Istio use.
 */
@NullMarked
package mesh.ambit.kube.cel;

import org.jspecify.annotations.NullMarked;
