package mesh.ambit.istiod.issuer;

import java.time.Instant;
import java.util.Set;

/**
 * A time in which certificates were issued in one way. What matters of it later: who signed, and whom the holders were
 * told to trust.
 *
 * @param generation counts the epochs
 * @param since its beginning
 * @param until when the last certificate that was issued in it ends; its beginning, while there is none
 * @param signer name of the key that signed
 * @param trusted names of the keys of the roots that were handed out
 */
record Epoch(int generation, Instant since, Instant until, String signer, Set<String> trusted) {
    Epoch {
        trusted = Set.copyOf(trusted);
    }

    Epoch until(Instant end) {
        return new Epoch(generation, since, end, signer, trusted);
    }

    /** Returns whether certificates of this epoch and those of {@code other} accept each other. */
    boolean getsAlongWith(Epoch other) {
        return trusted.contains(other.signer) && other.trusted.contains(signer);
    }
}
