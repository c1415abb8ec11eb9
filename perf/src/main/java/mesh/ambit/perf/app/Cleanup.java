package mesh.ambit.perf.app;

import java.io.IOException;
import mesh.ambit.perf.lab.Lab;

/** Sees to it that a run which is interrupted leaves nothing behind. */
final class Cleanup {
    private Cleanup() {}

    /** Returns a lab that is closed when this process is asked to end, too. */
    static Lab lab() throws IOException {
        Lab lab = new Lab();
        Runtime.getRuntime().addShutdownHook(new Thread(lab::close, "bench-cleanup"));
        return lab;
    }
}
