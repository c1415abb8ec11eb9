/**
 * What Kubernetes objects come to: workloads, services and policies for clients, the standing of each object for its status,
 * and advice for people. Everything follows from the objects that are there, in whatever order they came.
 */
@NullMarked
package mesh.ambit.istiod.ambient;

import org.jspecify.annotations.NullMarked;
