package mesh.ambit.cli.up;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The names of everything in a mesh's state folder. What each file holds is written down in
 * {@code docs/operations/embedded.md}.
 */
public record StateFolder(Path root) {
    public StateFolder {
        requireNonNull(root, "root");
        root = root.toAbsolutePath().normalize();
    }

    /**
     * Returns the folder that a command means: the option, else {@code AMBIT_STATE}, which the launcher sets for
     * ordinary users, else {@code /run/ambit}.
     */
    static StateFolder of(@Nullable Path option, @Nullable String ambitState) {
        if (option != null) {
            return new StateFolder(option);
        }
        return new StateFolder(Path.of(ambitState != null && !ambitState.isEmpty() ? ambitState : "/run/ambit"));
    }

    Path pid() {
        return root.resolve("pid");
    }

    Path lock() {
        return root.resolve("lock");
    }

    Path controlSocket() {
        return root.resolve("control.sock");
    }

    Path logs() {
        return root.resolve("logs");
    }

    Path log(String program) {
        return logs().resolve(program + ".log");
    }

    Path rootCertificate() {
        return root.resolve("root-cert.pem");
    }

    Path observed() {
        return root.resolve("observed");
    }

    Path observed(String node, String namespace, String pod) {
        return observed().resolve(node).resolve(namespace + "." + pod + ".yaml");
    }

    Path nodes() {
        return root.resolve("nodes");
    }

    Path node(String node) {
        return nodes().resolve(node);
    }

    Path token(String node) {
        return node(node).resolve("token");
    }

    Path ztunnelSocket(String node) {
        return node(node).resolve("ztunnel.sock");
    }

    Path environment(String node) {
        return node(node).resolve("env");
    }

    /** Returns a folder beside this one for the YAML of a demo: outside, since it is there before the mesh is. */
    public Path demo(long pid) {
        return root.resolveSibling(demoPrefix() + pid);
    }

    String demoPrefix() {
        return root.getFileName() + "-demo-";
    }

    Path pod(String namespace, String pod) {
        return root.resolve("pods").resolve(namespace).resolve(pod);
    }
}
