package mesh.ambit.ztunnel.app;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import mesh.ambit.config.AmbitVersion;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.config.ExitCode;
import mesh.ambit.linux.KernelFeature;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.telemetry.Logging;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Runs the node proxy in the foreground until SIGTERM, SIGINT or {@code /quitquitquit}; then drains and ends with 0. A
 * second SIGINT ends it at once.
 */
@Command(
        name = "ztunnel",
        mixinStandardHelpOptions = true,
        versionProvider = AmbitVersion.class,
        description = "Run the node proxy: carries the traffic of this node's pods in mutual TLS, enforces L4 policy.",
        footer = {
            "",
            "It is configured by the environment, under the names that Istio's ztunnel has. The most important are:",
            "  XDS_ADDRESS, XDS_ROOT_CA   where the mesh comes from, and whom to trust there",
            "  CA_ADDRESS, CA_ROOT_CA     who signs certificates, and whom to trust there",
            "  AUTH_TOKEN                 the token, or the file it is in",
            "  NODE_NAME                  the node whose pods are served",
            "  INPOD_UDS                  the socket on which the node agent hands over pods",
            "  RUST_LOG, LOG_FORMAT       log levels, and plain or json",
            "Ports: 15000 administration, 15020 metrics, 15021 readiness; in each pod 15001, 15006 and 15008."
        })
public final class ZtunnelCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    /** Used by picocli. */
    public ZtunnelCommand() {}

    /** Runs the program. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ZtunnelCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        return run(System.getenv());
    }

    private int run(Map<String, String> variables) throws InterruptedException {
        ZtunnelConfig config;
        try {
            config = ZtunnelConfig.from(
                    Environment.of(variables), Runtime.getRuntime().availableProcessors());
            // The limit of open files needs no help: the JVM raises it to the hard limit when it starts.
            if (config.mode().shared()) {
                KernelFeature.requireInPodRights();
            }
        } catch (ConfigException e) {
            e.problems().forEach(this::complain);
            return ExitCode.USAGE;
        } catch (LinuxException e) {
            complain(String.valueOf(e.getMessage()));
            return ExitCode.USAGE;
        }
        Logging logging =
                Logging.start(config.process().logFilter(), config.process().logFormat(), System.out);
        try {
            Ztunnel ztunnel =
                    new Ztunnel(config, logging.levels(), config.process().ports());
            ztunnel.start();
            Signals.handle("TERM", ztunnel::shutdown);
            Signals.handle("INT", new Interrupts(ztunnel::shutdown));
            return ztunnel.awaitEnd();
        } catch (IOException e) {
            complain(String.valueOf(e.getMessage()));
            return ExitCode.USAGE;
        } finally {
            logging.close();
        }
    }

    private void complain(String problem) {
        PrintWriter err = requireNonNull(spec, "set by picocli").commandLine().getErr();
        err.println("ztunnel: " + problem);
        err.flush();
    }

    /** The first interrupt asks, the second insists. */
    private static final class Interrupts implements Runnable {
        private final Runnable first;
        private boolean asked;

        Interrupts(Runnable first) {
            this.first = first;
        }

        @Override
        public synchronized void run() {
            if (asked) {
                Runtime.getRuntime().halt(ExitCode.OK);
            }
            asked = true;
            first.run();
        }
    }
}
