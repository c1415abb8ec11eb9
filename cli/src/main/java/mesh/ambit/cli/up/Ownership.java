package mesh.ambit.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mesh.ambit.config.ExitCode;
import org.jspecify.annotations.Nullable;

/**
 * The right to have the mesh of this machine: a lock beside the named namespaces, a lock in the state folder, and the
 * folder itself. Taking it removes what a killed owner left.
 */
final class Ownership {
    /** In /run because the names of network namespaces are there: who shares one shares the other. */
    private static final Path MACHINE_LOCK = Path.of("/run/ambit-mesh.lock");

    /** A folder that belongs to the user whom this process is. */
    private static final Path SELF = Path.of("/proc/self");

    private final MeshLock machine;
    private final MeshLock own;
    private final StateFolder state;

    private Ownership(MeshLock machine, MeshLock own, StateFolder state) {
        this.machine = machine;
        this.own = own;
        this.state = state;
    }

    /** @throws MeshException if another mesh is up, saying which, or the folder cannot be made or is not ours */
    static Ownership take(MeshOptions options) {
        try {
            return tryTake(options);
        } catch (MeshLock.HeldException e) {
            throw new MeshException(ExitCode.FAILED, alreadyUp(String.valueOf(e.getMessage())), e);
        }
    }

    private static Ownership tryTake(MeshOptions options) throws MeshLock.HeldException {
        StateFolder state = options.state();
        requireOurs(state);
        String owner = state.root() + "\n" + ProcessHandle.current().pid() + "\n" + options.folder() + "\n";
        MeshLock machine = null;
        try {
            machine = MeshLock.take(MACHINE_LOCK, owner);
            String dead = machine.leftBehind().lines().findFirst().orElse("");
            if (!dead.isEmpty()) {
                Leftovers.remove(new StateFolder(Path.of(dead)), options.folder());
            }
            createPrivate(state.root());
            MeshLock own = MeshLock.take(state.lock(), owner);
            Leftovers.remove(state, options.folder());
            createPrivate(state.logs());
            createPrivate(state.nodes());
            Files.writeString(state.pid(), ProcessHandle.current().pid() + "\n");
            return new Ownership(machine, own, state);
        } catch (MeshLock.HeldException e) {
            closeQuietly(machine);
            throw e;
        } catch (IOException e) {
            closeQuietly(machine);
            throw new MeshException(ExitCode.USAGE, "cannot use the state folder " + state.root() + ": " + e, e);
        }
    }

    /** A folder that no mesh has been in may hold things of somebody else's under the names that a mesh removes. */
    static void requireOurs(StateFolder state) {
        List<String> found = Files.exists(state.lock()) ? List.of() : Leftovers.names(state);
        if (!found.isEmpty()) {
            throw new MeshException(
                    ExitCode.USAGE,
                    "the state folder " + state.root() + " holds " + String.join(", ", found)
                            + ", which a mesh would remove and none has made; give a folder of its own with --state");
        }
    }

    static String alreadyUp(String owner) {
        List<String> lines = owner.lines().toList();
        if (lines.size() < 3) {
            return "a mesh is already up";
        }
        return "a mesh is already up: folder " + lines.get(2) + ", state " + lines.get(0) + ", process " + lines.get(1)
                + "; end it with: ambit down --state " + lines.get(0);
    }

    /** Says why nothing of {@code state} can be swept away: {@code owner} has a mesh. */
    static String busy(String owner, StateFolder state) {
        List<String> lines = owner.lines().toList();
        if (lines.size() < 3 || !lines.get(0).equals(state.root().toString())) {
            return alreadyUp(owner);
        }
        return "the mesh of folder " + lines.get(2) + " does not answer: it is coming up, or ending; wait a little, or "
                + "end it with: kill " + lines.get(1);
    }

    private static void createPrivate(Path folder) throws IOException {
        Path parent = folder.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (Files.isDirectory(folder)) {
            // In a folder that everybody can write to, somebody else may have been first.
            if (!Files.getAttribute(folder, "unix:uid").equals(Files.getAttribute(SELF, "unix:uid"))) {
                throw new IOException(folder + " belongs to somebody else");
            }
        } else {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    /** Removes what a mesh that is gone left, and returns whether there was anything. */
    static boolean sweep(StateFolder state) {
        if (!Files.exists(MACHINE_LOCK) && !Files.exists(state.lock())) {
            return false;
        }
        try {
            tryTake(new MeshOptions(state.root(), state, Map.of(), false, Map.of()))
                    .giveBack();
            return true;
        } catch (MeshLock.HeldException e) {
            throw new MeshException(ExitCode.FAILED, busy(String.valueOf(e.getMessage()), state), e);
        }
    }

    /** Removes the state folder and gives the locks back. */
    void giveBack() {
        try {
            Leftovers.removeFiles(state);
            own.close();
            if (Files.isDirectory(state.root()) && isEmpty(state.root())) {
                Files.delete(state.root());
            }
            machine.close();
        } catch (IOException e) {
            throw new MeshException(ExitCode.FAILED, "cannot remove " + state.root() + ": " + e, e);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void closeQuietly(@Nullable MeshLock lock) {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            // The kernel lets go of it with us; a file that stays is taken over by the next owner.
        }
    }
}
