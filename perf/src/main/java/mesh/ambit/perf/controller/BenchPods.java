package mesh.ambit.perf.controller;

/**
 * The pods of the bench: as many at every time, each with a name and an address that no pod has had before it. For one
 * thread.
 */
final class BenchPods {
    private static final int SUBNET = 250;

    /** Where in its turn over all pods a replacement goes next: far from the last, as deployments are. */
    private static final long STRIDE = 7919;

    /** How often the pod in each place has been replaced. */
    private final int[] generations;

    /** A pod, by its place and how many were there before it. */
    record BenchPod(int index, int generation, String name, String address) {}

    /** What a replacement does. */
    record Replacement(BenchPod old, BenchPod fresh) {}

    BenchPods(int count) {
        this.generations = new int[count];
    }

    int count() {
        return generations.length;
    }

    /** Returns the pod that is in this place now. */
    BenchPod at(int index) {
        int generation = generations[index];
        return new BenchPod(
                index,
                generation,
                "p-" + index + "-" + generation,
                address(10, index + (long) generation * generations.length));
    }

    /** Replaces a pod: the {@code turn}-th of a series, which comes back to a pod only after all others. */
    Replacement replace(int turn) {
        int count = generations.length;
        // A stride that divides the count evenly would stay with a few.
        int index = (int) ((count % STRIDE == 0 ? turn : turn * STRIDE) % count);
        BenchPod old = at(index);
        generations[index]++;
        return new Replacement(old, at(index));
    }

    /** Returns the address of this number in a network of 15 million. */
    static String address(int first, long number) {
        return first + "." + number / SUBNET / SUBNET % SUBNET + "." + number / SUBNET % SUBNET + "."
                + (number % SUBNET + 1);
    }
}
