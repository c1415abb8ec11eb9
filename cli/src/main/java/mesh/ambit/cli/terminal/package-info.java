/**
 * How commands speak to a person: colours where there is a terminal, steps with ticks, tables. Depends on the JDK.
 */
@NullMarked
package mesh.ambit.cli.terminal;

import org.jspecify.annotations.NullMarked;
