/**
 * The shop and its story: {@code ambit demo} shows what a mesh does and proves each step by observing it. Depends on
 * {@code cli.up} for the mesh and on {@code linux} for looking at the wire.
 */
@NullMarked
package mesh.ambit.cli.demo;

import org.jspecify.annotations.NullMarked;
