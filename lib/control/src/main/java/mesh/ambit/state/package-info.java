/**
 * What a program knows, kept on disk for its next life: a folder that only we can write, files that are whole or ignored.
 * Depends on the JDK alone; what the files say is their owners' business.
 */
@NullMarked
package mesh.ambit.state;

import org.jspecify.annotations.NullMarked;
