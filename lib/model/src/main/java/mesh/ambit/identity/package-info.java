/**
 * Who a workload is: SPIFFE IDs and trust domains. Depends on the JDK only.
 */
@NullMarked
package mesh.ambit.identity;

import org.jspecify.annotations.NullMarked;
