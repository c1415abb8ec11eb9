/**
 * The certificate authority: who may ask for which identity, signing, trust bundle, node tokens.
 */
@NullMarked
package mesh.ambit.istiod.issuer;

import org.jspecify.annotations.NullMarked;
