package mesh.ambit.perf.app;

import java.io.IOException;
import mesh.ambit.perf.lab.Lab;

/** Sees to it that a run which is interrupted leaves nothing behind. */
final class Cleanup {
    private static volatile boolean ending;

    private Cleanup() {}

    /** Returns whether this process is being ended from outside, so that what fails now fails for that reason. */
    static boolean isEnding() {
        return ending;
    }

    /** Returns a lab that is closed when this process is asked to end, too. */
    static Lab lab() throws IOException {
        Lab lab = new Lab();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            ending = true;
                            lab.close();
                        },
                        "bench-cleanup"));
        return lab;
    }
}
