/**
 * Redirection rules as values, and the thin writer that applies and verifies them.
 */
@NullMarked
package mesh.ambit.node.rules;

import org.jspecify.annotations.NullMarked;
