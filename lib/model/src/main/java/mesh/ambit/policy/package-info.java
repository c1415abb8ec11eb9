/**
 * L4 authorization: policies as values and the pure decision over them. Depends on the JDK, {@code identity} and
 * {@code model}.
 */
@NullMarked
package mesh.ambit.policy;

import org.jspecify.annotations.NullMarked;
