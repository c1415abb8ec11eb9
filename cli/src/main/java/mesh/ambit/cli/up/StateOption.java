package mesh.ambit.cli.up;

import java.nio.file.Files;
import java.nio.file.Path;
import mesh.ambit.linux.NetNs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --state}, which every command that concerns a mesh has. */
public final class StateOption {
    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "The state folder of the mesh (default: /run/ambit; for ordinary users $XDG_RUNTIME_DIR/ambit).")
    private @Nullable Path option;

    /** Returns the folder that the person means. */
    public StateFolder folder() {
        return StateFolder.of(option, System.getenv("AMBIT_STATE"));
    }

    /** Returns the network namespace in which the controller of that mesh listens, to be closed; null if none is up. */
    public @Nullable NetNs openFabric() {
        Path namespace = NetNs.NAMED.resolve(Programs.FABRIC);
        return new ControlClient(folder()).isUp() && Files.exists(namespace) ? NetNs.open(namespace) : null;
    }
}
