package mesh.ambit.cli.up;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A program of the mesh as it is to be run.
 *
 * @param name unique in the mesh; names the log file too, for example {@code ztunnel-node-a}
 * @param role what it is: {@code istiod-lite}, {@code node-setup}, {@code ztunnel}
 * @param node the node it belongs to, null for the controller
 * @param namespace the name of the network namespace it runs in, null for the machine's own
 * @param environment what it gets beside our own environment
 */
record Program(
        String name,
        String role,
        @Nullable String node,
        @Nullable String namespace,
        List<String> command,
        Map<String, String> environment) {
    Program {
        requireNonNull(name, "name");
        requireNonNull(role, "role");
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("program " + name + " has no command");
        }
    }
}
