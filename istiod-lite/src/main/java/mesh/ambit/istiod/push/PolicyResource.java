package mesh.ambit.istiod.push;

import mesh.ambit.policy.Policy;

/**
 * A policy as it is sent, encoded once and shared like {@link AddressResource}.
 *
 * @param source what it was encoded from
 * @param plain name and bytes; policies carry no version, so that a reconnecting client gets all of them again
 */
record PolicyResource(Policy source, EncodedResource plain) {}
