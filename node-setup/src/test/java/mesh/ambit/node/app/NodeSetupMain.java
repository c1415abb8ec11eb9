package mesh.ambit.node.app;

import picocli.CommandLine;

/** Starts the command as a program of its own, for tests that kill it. */
final class NodeSetupMain {
    private NodeSetupMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new NodeSetupCommand()).execute(args));
    }
}
