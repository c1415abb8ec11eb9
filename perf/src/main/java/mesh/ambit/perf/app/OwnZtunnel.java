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

    static List<String> command() {
        @Nullable String launcher = System.getProperty(LAUNCHER);
        if (launcher == null) {
            throw new LabException("where is ambit? Start the bench with ./ambit bench, or set -D" + LAUNCHER);
        }
        return List.of(Path.of(launcher).toAbsolutePath().toString(), "ztunnel");
    }

    static String description() {
        return String.join(" ", new AmbitVersion().getVersion()) + ", as shipped";
    }
}
