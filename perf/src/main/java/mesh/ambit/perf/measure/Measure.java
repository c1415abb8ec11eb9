package mesh.ambit.perf.measure;

import java.util.function.BiConsumer;
import mesh.ambit.perf.lab.Lab;
import mesh.ambit.perf.lab.Subject;
import mesh.ambit.perf.report.Metric;

/** Something that is done to each subject in turn, and gives one number or several. */
public interface Measure {
    /** Returns the name by which it is chosen. */
    String name();

    /** Returns whether it can be done to {@code subject}. */
    default boolean appliesTo(Subject subject) {
        return true;
    }

    /** Returns whether it leaves programs behind that have just been started; such are done after all others. */
    default boolean restarts() {
        return false;
    }

    /** Does it once, and hands each number to {@code out}. */
    void run(Lab lab, Subject subject, Pace pace, BiConsumer<Metric, Double> out) throws InterruptedException;

    /** Brings compilers and caches to where they are in production. */
    default void warmUp(Lab lab, Subject subject, Pace pace) throws InterruptedException {}
}
