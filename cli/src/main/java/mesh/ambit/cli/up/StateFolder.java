package mesh.ambit.cli.up;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The names of everything in a mesh's state folder. What each file holds is written down in
 * {@code docs/operations/embedded.md}.
 */
public record StateFolder(Path root) {
    /** Readers of objects pass over names with a dot. */
    private static final String DEMO_MARK = ".ambit-demo";

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

    /**
     * Returns what a command needs behind its name to mean this folder, a blank before it: nothing where it is meant anyway.
     */
    String option(@Nullable String ambitState) {
        return equals(of(null, ambitState)) ? "" : " --state " + Programs.quote(root.toString());
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

    /**
     * Makes a folder beside this one for the YAML of a demo, and returns it: outside, since it is there before the mesh is.
     * It is marked, so that what a killed demo leaves is told from what only has such a name.
     */
    public Path makeDemo(long pid) throws IOException {
        Path demo = root.resolveSibling(demoPrefix() + pid);
        Files.createDirectories(demo);
        Files.writeString(demo.resolve(DEMO_MARK), "");
        return demo;
    }

    /** Returns whether {@code folder} was made by {@link #makeDemo} for a mesh in this state folder. */
    boolean isDemo(Path folder) {
        return folder.getFileName().toString().startsWith(demoPrefix()) && Files.exists(folder.resolve(DEMO_MARK));
    }

    private String demoPrefix() {
        return root.getFileName() + "-demo-";
    }

    Path pod(String namespace, String pod) {
        return root.resolve("pods").resolve(namespace).resolve(pod);
    }
}
