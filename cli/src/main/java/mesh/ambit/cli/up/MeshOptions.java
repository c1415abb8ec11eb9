package mesh.ambit.cli.up;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.Map;

/**
 * What mesh a person wants.
 *
 * @param folder the Kubernetes YAML
 * @param foreignZtunnels by node, the shell command that takes the place of our ztunnel
 * @param restart whether a program that dies is started again
 * @param environment what every program gets beside what it inherits
 */
public record MeshOptions(
        Path folder,
        StateFolder state,
        Map<String, String> foreignZtunnels,
        boolean restart,
        Map<String, String> environment) {
    public MeshOptions {
        folder = folder.toAbsolutePath().normalize();
        requireNonNull(state, "state");
        foreignZtunnels = Map.copyOf(foreignZtunnels);
        environment = Map.copyOf(environment);
    }
}
