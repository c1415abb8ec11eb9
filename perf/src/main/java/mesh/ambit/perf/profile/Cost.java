package mesh.ambit.perf.profile;

import static java.util.Objects.requireNonNull;

/**
 * What a kind of traffic costs one of the alternatives.
 *
 * @param perUnit processor time of both its programs for each unit of work
 */
public record Cost(String subject, CpuTime perUnit) {
    public Cost {
        requireNonNull(subject, "subject");
        requireNonNull(perUnit, "perUnit");
    }
}
