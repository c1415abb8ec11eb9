package mesh.ambit.istiod.issuer;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import mesh.ambit.istiod.issuer.RootRotation.Straggler;

/** Where the signing material comes from, kept up to date. Thread-safe. */
interface MaterialSource {
    /**
     * The material of one moment.
     *
     * @param generation of the signing state, 0 where states are not counted
     */
    record Snapshot(SigningMaterial material, int generation) {}

    /** Returns what to sign with now. */
    Snapshot current();

    /**
     * Signs: {@code sign} gets what to sign with, and the source does not go on to another epoch before it returns.
     *
     * @param notAfter when what will be signed ends at the latest
     * @param now the time at which it is signed
     */
    <T> T signing(Instant notAfter, Instant now, Function<Snapshot, T> sign);

    /**
     * Looks whether something has changed, and takes it if it can be used. Says what is wrong in the log, once, and in
     * {@link #problem}.
     */
    void poll(Instant now);

    /** Returns what is wrong at the moment, for a person; empty when nothing is. */
    String problem();

    /** Returns what a person should know. */
    Status status(Instant now);

    /** What a person should know of the source. */
    record Status(String source, Stage stage, String otherKey, List<Epoch> epochs, List<Straggler> waitingFor) {
        public Status {
            epochs = List.copyOf(epochs);
            waitingFor = List.copyOf(waitingFor);
        }
    }
}
