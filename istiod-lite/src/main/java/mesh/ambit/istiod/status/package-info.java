/** What objects are told of themselves in their status: merging is pure, one controller of several writes. */
@NullMarked
package mesh.ambit.istiod.status;

import org.jspecify.annotations.NullMarked;
