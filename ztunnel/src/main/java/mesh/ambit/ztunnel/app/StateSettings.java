package mesh.ambit.ztunnel.app;

import java.nio.file.Path;
import mesh.ambit.config.Environment;
import org.jspecify.annotations.Nullable;

/**
 * Where the last good state is kept.
 *
 * @param folder the folder; null keeps nothing
 */
record StateSettings(@Nullable Path folder) {
    static StateSettings from(Environment env) {
        String text = env.text("AMBIT_STATE_DIR");
        if (text == null || text.isEmpty()) {
            return new StateSettings(null);
        }
        Path folder = Path.of(text);
        if (!folder.isAbsolute()) {
            env.reject("AMBIT_STATE_DIR", text, "not absolute, expected: a folder of our own");
        }
        return new StateSettings(folder);
    }
}
