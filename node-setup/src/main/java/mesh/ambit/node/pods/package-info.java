/**
 * Pods as network namespaces: links, addresses, hosts files, and what was observed of them.
 */
@NullMarked
package mesh.ambit.node.pods;

import org.jspecify.annotations.NullMarked;
