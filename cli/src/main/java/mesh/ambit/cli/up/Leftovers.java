package mesh.ambit.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a mesh that was killed left behind: namespaces under names that only a mesh gives, and its state folder. */
final class Leftovers {
    /** Everything that the programs of a mesh write into its folder; whatever else is there stays. */
    private static final List<String> FILES = List.of(
            "control.sock",
            "pid",
            "nodes",
            "observed",
            "pods",
            "logs",
            "istiod",
            "node-setup",
            "cluster-ips.yaml",
            "root-cert.pem");

    private Leftovers() {}

    /**
     * Removes all of it. Must be called by who holds the lock: nobody else has a mesh then.
     *
     * @param spared a folder that is ours although it looks like a left one
     */
    static void remove(StateFolder state, Path spared) throws IOException {
        new BridgeFabric(state).destroy();
        if (Files.exists(state.lock())) {
            removeFiles(state);
        }
        Path parent = state.root().getParent();
        if (parent != null && Files.isDirectory(parent)) {
            try (Stream<Path> siblings = Files.list(parent)) {
                for (Path each : siblings.toList()) {
                    if (state.isDemo(each) && !each.equals(spared)) {
                        FileTree.remove(each);
                    }
                }
            }
        }
    }

    /** Returns the names in the state folder that {@link #removeFiles} would remove. */
    static List<String> names(StateFolder state) {
        return FILES.stream()
                .filter(name -> Files.exists(state.root().resolve(name), LinkOption.NOFOLLOW_LINKS))
                .toList();
    }

    static void removeFiles(StateFolder state) throws IOException {
        if (Files.isDirectory(state.root())) {
            for (String name : FILES) {
                FileTree.remove(state.root().resolve(name));
            }
        }
    }
}
