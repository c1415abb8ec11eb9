package mesh.ambit.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;

/** Logback's set-up before, and without, {@link Logging#start}: warnings to standard error, no search for files. */
public final class QuietConfigurator extends ContextAwareBase implements Configurator {
    /** Used by Logback, which finds this class as a service. */
    public QuietConfigurator() {}

    @Override
    public ExecutionStatus configure(LoggerContext loggers) {
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        warnOnStandardError(loggers);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    static void warnOnStandardError(LoggerContext loggers) {
        LineWriter lines = new LineWriter(LogFormat.PLAIN);
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                StringBuilder line = new StringBuilder();
                lines.append(line, event, false);
                System.err.print(line);
            }
        };
        appender.setContext(loggers);
        appender.start();
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    }
}
