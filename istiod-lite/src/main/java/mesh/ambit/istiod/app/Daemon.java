package mesh.ambit.istiod.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import mesh.ambit.config.ConfigException;
import mesh.ambit.config.Environment;
import mesh.ambit.config.ExitCode;
import mesh.ambit.istiod.issuer.IssuerException;
import mesh.ambit.kube.FolderException;
import mesh.ambit.linux.StartPages;
import mesh.ambit.telemetry.Logging;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The controller as a process of its own. */
final class Daemon {
    private static final Logger LOG = LoggerFactory.getLogger(IstiodLiteCommand.class);

    private Daemon() {}

    /**
     * Runs until the process is told to end; returns earlier only when it cannot start.
     *
     * @param err where it is said why it cannot
     */
    static int run(IstiodLiteOptions options, PrintWriter err) throws InterruptedException {
        IstiodLiteConfig config;
        try {
            config = IstiodLiteConfig.of(
                    options,
                    Environment.of(System.getenv()),
                    Runtime.getRuntime().availableProcessors());
        } catch (ConfigException e) {
            e.problems().forEach(problem -> complain(err, problem));
            return ExitCode.USAGE;
        }
        Logging logging = Logging.start(config.logFilter(), config.logFormat(), System.out);
        try {
            IstiodLite controller = IstiodLite.start(config, InstantSource.system());
            endWithProcess(controller, logging);
            controller.ready().thenRun(StartPages::releaseWhenSettled);
        } catch (FolderException e) {
            logging.close();
            complain(err, e.problem().message());
            return ExitCode.USAGE;
        } catch (IssuerException | IOException e) {
            logging.close();
            complain(err, String.valueOf(e.getMessage()));
            return ExitCode.FAILED;
        }
        new CountDownLatch(1).await();
        return ExitCode.OK;
    }

    private static void endWithProcess(IstiodLite controller, Logging logging) {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> {
                    LOG.info("told to end");
                    controller.close();
                    logging.close();
                    // Ending when told to is success, which the JVM would report as 143.
                    Runtime.getRuntime().halt(ExitCode.OK);
                }));
    }

    private static void complain(PrintWriter err, String problem) {
        err.println("istiod-lite: " + problem);
        err.flush();
    }
}
