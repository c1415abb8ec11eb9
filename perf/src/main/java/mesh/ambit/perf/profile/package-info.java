/**
 * Where processor time goes: by thread from the kernel's own accounts, within Java threads from sampled stacks.
 */
@NullMarked
package mesh.ambit.perf.profile;

import org.jspecify.annotations.NullMarked;
