package mesh.ambit.ztunnel.app;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Runs the node proxy in the foreground until SIGTERM, SIGINT or {@code /quitquitquit}; then drains and ends with 0. A
 * second SIGINT ends it at once.
 */
@Command(
        name = "ztunnel",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Runs the node proxy: carries the traffic of this node's pods in mutual TLS, enforces L4 policy.",
        footer = {
            "",
            "It is configured by the environment, under the names that Istio's ztunnel has.",
            "The most important are:",
            "  XDS_ADDRESS, XDS_ROOT_CA   where the mesh comes from, and whom to trust there",
            "  CA_ADDRESS, CA_ROOT_CA     who signs certificates, and whom to trust there",
            "  AUTH_TOKEN                 the token, or the file it is in",
            "  NODE_NAME                  the node whose pods are served",
            "  INPOD_UDS                  the socket on which the node agent hands over pods",
            "  RUST_LOG, LOG_FORMAT       log levels, and plain or json",
            "Ports: 15000 administration, 15020 metrics, 15021 readiness; in each pod 15001,",
            "15006 and 15008."
        })
public final class ZtunnelCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "COMMAND",
            arity = "0..*",
            description = "proxy, the default; version; or help. What follows it is ignored, as upstream ignores it.")
    private List<String> words = List.of();

    /** Used by picocli. */
    public ZtunnelCommand() {}

    /** Runs the program. */
    public static void main(String[] arguments) {
        System.exit(arguments.length == 0 ? runBare() : new CommandLine(new ZtunnelCommand()).execute(arguments));
    }

    /** Runs the program without arguments, and without the classes that would read them; returns its exit code. */
    public static int runBare() {
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        try {
            return new Daemon(err).run(System.getenv());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("ztunnel: interrupted");
            return ExitCode.FAILED;
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        CommandLine line = requireNonNull(spec, "set by picocli").commandLine();
        String command = words.isEmpty() ? "proxy" : words.getFirst();
        return switch (command) {
            case "proxy" -> new Daemon(line.getErr()).run(System.getenv());
            case "version" -> {
                line.printVersionHelp(line.getOut());
                yield ExitCode.OK;
            }
            case "help" -> {
                line.usage(line.getOut());
                yield ExitCode.OK;
            }
            default -> {
                line.getErr().println("unknown command: " + command);
                line.usage(line.getErr());
                yield ExitCode.FAILED;
            }
        };
    }
}
