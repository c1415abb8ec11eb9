/**
 * What passes by, read as HTTP: request count, status and duration of plaintext connections on their way to an
 * application, observed without touching a byte and given up at the first thing that is not understood.
 */
@NullMarked
package mesh.ambit.ztunnel.insight;

import org.jspecify.annotations.NullMarked;
