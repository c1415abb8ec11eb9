package mesh.ambit.cli.up;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What mesh a person wants.
 *
 * @param folder the Kubernetes YAML
 * @param foreignZtunnels by node, the shell command that takes the place of our ztunnel
 * @param restart whether a program that dies is started again
 * @param environment what every program gets beside what it inherits
 * @param recording where the programs leave a recording each when they end, which start-up caches are made of; null for nowhere
 */
public record MeshOptions(
        Path folder,
        StateFolder state,
        Map<String, String> foreignZtunnels,
        boolean restart,
        Map<String, String> environment,
        @Nullable Path recording) {
    /** How long each kind of program may take to end by itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    /** A recording is written at the end, which takes long on a busy machine. */
    private static final Duration RECORDING_PATIENCE = Duration.ofMinutes(1);

    /** What everybody wants who does not record. */
    public MeshOptions(
            Path folder,
            StateFolder state,
            Map<String, String> foreignZtunnels,
            boolean restart,
            Map<String, String> environment) {
        this(folder, state, foreignZtunnels, restart, environment, null);
    }

    public MeshOptions {
        folder = folder.toAbsolutePath().normalize();
        requireNonNull(state, "state");
        foreignZtunnels = Map.copyOf(foreignZtunnels);
        environment = Map.copyOf(environment);
    }

    Duration patience() {
        return recording == null ? PATIENCE : RECORDING_PATIENCE;
    }
}
