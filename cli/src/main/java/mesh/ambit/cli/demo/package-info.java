/**
 * The shop and its story, each step proven by observation.
 */
@NullMarked
package mesh.ambit.cli.demo;

import org.jspecify.annotations.NullMarked;
