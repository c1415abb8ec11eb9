package mesh.ambit.hbone;

import org.junit.jupiter.api.Test;

/** The two ends of a tunnel against each other, in lives that nobody would think of. */
class TunnelPairTest {
    /** More with the same seeds find more; thousands have found nothing. */
    private static final int LIVES = 60;

    private static final int STEPS = 600;

    @Test
    void everythingThatIsSaidArrivesInOrderAndLeavesNothingBehind() {
        for (int seed = 0; seed < LIVES; seed++) {
            TunnelPair pair = new TunnelPair(seed);
            try {
                pair.live(STEPS);
                pair.conclude();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("life " + seed, e);
            } finally {
                pair.close();
            }
        }
    }
}
