package mesh.ambit.ztunnel.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.config.ExitCode;
import mesh.ambit.linux.KernelFeature;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.ProcessLifeline;
import mesh.ambit.linux.StartPages;
import mesh.ambit.telemetry.Logging;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process around a {@link Ztunnel}: configuration from the environment, logging, signals, exit code. */
final class Daemon {
    /** Its own scope, as upstream's. */
    private static final Logger LOG = LoggerFactory.getLogger("ztunnel");

    private final PrintWriter err;

    /** Creates one that tells a person through {@code err} why it cannot run. */
    Daemon(PrintWriter err) {
        this.err = err;
    }

    /**
     * Runs until the node proxy has ended, and returns the exit code. A start that is not possible is told as upstream
     * tells it, with 1, whatever the reason.
     */
    int run(Map<String, String> variables) throws InterruptedException {
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
            return ExitCode.FAILED;
        } catch (LinuxException e) {
            complain(String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
        }
        Logging logging =
                Logging.start(config.process().logFilter(), config.process().logFormat(), System.out);
        LOG.info("version: {}", BuildInfo.print(config.process().version()));
        try {
            Ztunnel ztunnel =
                    new Ztunnel(config, logging.levels(), config.process().ports());
            ztunnel.start();
            StartPages.releaseWhenSettled();
            Signals.handle("TERM", ztunnel::shutdown);
            ProcessLifeline.hearInterrupts();
            Signals.handle("INT", new Interrupts(ztunnel::shutdown));
            return ztunnel.awaitEnd();
        } catch (IOException e) {
            complain(String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
        } finally {
            logging.close();
        }
    }

    private void complain(String problem) {
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
