/**
 * The embedded mesh: starts, watches and ends the programs of one machine, each in its network namespace, and answers
 * {@code ambit status}, {@code down} and {@code exec}. Depends on every component's {@code .app}.
 */
@NullMarked
package mesh.ambit.cli.up;

import org.jspecify.annotations.NullMarked;
