/**
 * Environment and command line to typed, validated values; every wrong value is reported, together. Depends on
 * picocli.
 */
@NullMarked
package mesh.ambit.config;

import org.jspecify.annotations.NullMarked;
