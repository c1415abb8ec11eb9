package mesh.ambit.perf.profile;

/**
 * Processor time, in seconds.
 *
 * @param own in a program's own code and its libraries
 * @param kernel in the kernel on its behalf
 */
public record CpuTime(double own, double kernel) {
    /** Nothing. */
    public static final CpuTime NONE = new CpuTime(0, 0);

    /** The kernel's unit of time in /proc, the same on every Linux of today. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    /** Reads a line of {@code /proc/…/stat}, of a process or a thread; its second field, the name, may contain anything. */
    public static CpuTime ofStat(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return new CpuTime(
                Long.parseLong(fields[USER_TICKS]) / TICKS_PER_SECOND,
                Long.parseLong(fields[SYSTEM_TICKS]) / TICKS_PER_SECOND);
    }

    /** Returns both together. */
    public double total() {
        return own + kernel;
    }

    public CpuTime plus(CpuTime other) {
        return new CpuTime(own + other.own, kernel + other.kernel);
    }

    /** Returns what was used since {@code before}; never less than nothing. */
    public CpuTime since(CpuTime before) {
        return new CpuTime(Math.max(0, own - before.own), Math.max(0, kernel - before.kernel));
    }

    /** Returns a part of it, or a multiple. */
    public CpuTime times(double factor) {
        return new CpuTime(own * factor, kernel * factor);
    }
}
