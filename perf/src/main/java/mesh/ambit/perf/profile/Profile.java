package mesh.ambit.perf.profile;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.Map;

/**
 * Where the processor time of one program went during a stretch of traffic.
 *
 * @param node whose program it is: {@code client} or {@code server}
 * @param time that all its threads used
 * @param seconds of it by place; together as much as {@code time}
 * @param stacks of its Java threads, as sampled
 */
public record Profile(String node, CpuTime time, Map<Place, Double> seconds, Stacks stacks) {
    public Profile {
        requireNonNull(node, "node");
        requireNonNull(time, "time");
        seconds = Map.copyOf(seconds);
        requireNonNull(stacks, "stacks");
    }

    /** Joins what the kernel knows of threads, which is exact, with what samples know of code, which are shares. */
    static Profile of(String node, ThreadTimes threads, Stacks stacks) {
        double all = threads.all().total();
        double compiler = threads.compilerSeconds();
        double machine = threads.machineSeconds();
        double java = Math.max(0, all - compiler - machine);
        Map<Place, Double> seconds = new EnumMap<>(Place.class);
        stacks.shares().forEach((place, share) -> seconds.put(place, share * java));
        seconds.put(Place.COMPILER, compiler);
        seconds.put(Place.MACHINE, machine);
        return new Profile(node, threads.all(), seconds, stacks);
    }

    /** Returns how much of the time was spent at {@code place}, as a part of one. */
    public double share(Place place) {
        double all = time.total();
        return all == 0 ? 0 : seconds.getOrDefault(place, 0.0) / all;
    }
}
