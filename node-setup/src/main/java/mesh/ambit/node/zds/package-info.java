/**
 * The server side of ZDS: hands pods to the node proxy and waits for its acknowledgements.
 */
@NullMarked
package mesh.ambit.node.zds;

import org.jspecify.annotations.NullMarked;
