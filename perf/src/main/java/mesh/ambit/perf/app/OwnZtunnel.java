package mesh.ambit.perf.app;

import java.nio.file.Path;
import java.util.List;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.perf.lab.LabException;
import org.jspecify.annotations.Nullable;

/** Our own ztunnel as it is shipped: started by the launcher that started this bench. */
final class OwnZtunnel {
    /** The launcher's path; it sets this property. */
    private static final String LAUNCHER = "ambit.launcher";

    private OwnZtunnel() {}

    /** Returns the command, for a JVM that gets {@code options} besides its own. */
    static List<String> command(String... options) {
        @Nullable String launcher = System.getProperty(LAUNCHER);
        if (launcher == null) {
            throw new LabException("where is ambit? Start the bench with ./ambit bench, or set -D" + LAUNCHER);
        }
        String program = Path.of(launcher).toAbsolutePath().toString();
        return options.length == 0
                ? List.of(program, "ztunnel")
                : List.of("env", "AMBIT_JAVA_OPTS=" + String.join(" ", options), program, "ztunnel");
    }

    static String description() {
        return String.join(" ", new AmbitVersion().getVersion()) + ", as shipped";
    }
}
