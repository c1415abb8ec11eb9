/**
 * Headers that cross a tunnel: traceparent, baggage, Forwarded; parsing and printing. Depends on the JDK only.
 */
@NullMarked
package mesh.ambit.headers;

import org.jspecify.annotations.NullMarked;
