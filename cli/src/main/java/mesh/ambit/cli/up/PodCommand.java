package mesh.ambit.cli.up;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.config.ExitCode;
import mesh.ambit.node.app.EmbeddedFabric;

/** How a program is run in a pod: in the pod's network namespace, with the pod's {@code hosts} and {@code resolv.conf}. */
public final class PodCommand {
    /** Where a machine has no such file there is nothing to hide, and nothing to bind over. */
    private static final String WITH_POD_FILES =
            "[ ! -e \"$1/hosts\" ] || [ ! -e /etc/hosts ] || mount --bind \"$1/hosts\" /etc/hosts || exit 126; "
                    + "[ ! -e \"$1/resolv.conf\" ] || [ ! -e /etc/resolv.conf ] || mount --bind \"$1/resolv.conf\" \"$(readlink -f /etc/resolv.conf)\" || exit 126; "
                    + "shift; exec \"$@\"";

    /** What the shell calls itself, when it does not find the program for instance. */
    private static final String SHELL = "ambit exec";

    private PodCommand() {}

    /**
     * Returns the file of the network namespace that a pod is in.
     *
     * @throws MeshException if the mesh has no such pod
     */
    static Path namespace(StateFolder state, String namespace, String pod) {
        Path found = EmbeddedFabric.namespaceOf(state.root(), namespace, pod);
        if (found == null) {
            throw new MeshException(ExitCode.FAILED, "no pod " + namespace + "/" + pod + " in this mesh");
        }
        return found;
    }

    /** Returns {@code command} with the pod's files in place, to be run inside the pod's network namespace. */
    public static List<String> withPodFiles(StateFolder state, String namespace, String pod, List<String> command) {
        String files = state.pod(namespace, pod).toString();
        List<String> all =
                new ArrayList<>(List.of("unshare", "--mount", "--", "/bin/sh", "-c", WITH_POD_FILES, SHELL, files));
        all.addAll(command);
        return List.copyOf(all);
    }
}
