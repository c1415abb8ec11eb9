/**
 * Talking to a Kubernetes API server: requests, and lists that are kept up to date. The only package that knows the
 * client library.
 */
@NullMarked
package mesh.ambit.istiod.kube.api;

import org.jspecify.annotations.NullMarked;
