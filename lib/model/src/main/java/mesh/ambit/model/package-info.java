/**
 * The mesh as the control plane describes it: workloads, services, and the immutable snapshot that every decision
 * reads. Depends on the JDK and {@code identity}.
 */
@NullMarked
package mesh.ambit.model;

import org.jspecify.annotations.NullMarked;
