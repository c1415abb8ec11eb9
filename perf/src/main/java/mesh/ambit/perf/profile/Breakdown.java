package mesh.ambit.perf.profile;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Where the time of one kind of traffic goes.
 *
 * @param measure its name
 * @param unit of costs, such as {@code s/GB}
 * @param costs of everybody who has programs on the way
 * @param profiles of our own programs; none if they could not be sampled
 */
public record Breakdown(String measure, String unit, List<Cost> costs, List<Profile> profiles) {
    public Breakdown {
        requireNonNull(measure, "measure");
        requireNonNull(unit, "unit");
        costs = List.copyOf(costs);
        profiles = List.copyOf(profiles);
    }
}
