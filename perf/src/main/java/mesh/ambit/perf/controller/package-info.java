/**
 * Load on the discovery server: a controller in a process of its own whose objects change at a given rate, and many
 * clients that note when they were told. May depend on the controller's public parts and on {@code load}'s histograms.
 */
@NullMarked
package mesh.ambit.perf.controller;

import org.jspecify.annotations.NullMarked;
