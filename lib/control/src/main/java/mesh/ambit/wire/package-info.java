/**
 * Protobuf messages to records and back. The only translation between the wire and the model.
 */
@NullMarked
package mesh.ambit.wire;

import org.jspecify.annotations.NullMarked;
