package mesh.ambit.cli;

import java.io.IOException;
import mesh.ambit.istiod.app.ClusterRehearsal;

/** {@link Main} for the controller whose start-up cache is recorded: it has read a cluster before it begins. */
final class RehearsedMain {
    private RehearsedMain() {}

    /** Runs the command that {@code arguments} name. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            ClusterRehearsal.run();
        } catch (IOException e) {
            // The cache then knows less, and works.
            System.err.println("ambit: no rehearsal on a cluster: " + e.getMessage());
        }
        Main.main(arguments);
    }
}
