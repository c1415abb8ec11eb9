/**
 * For tests: a lab of network namespaces, fakes of the control plane, echo peers, a clock moved by hand.
 */
@NullMarked
package mesh.ambit.testkit;

import org.jspecify.annotations.NullMarked;
