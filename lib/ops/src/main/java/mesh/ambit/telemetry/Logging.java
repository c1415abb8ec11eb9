package mesh.ambit.telemetry;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.io.OutputStream;
import java.util.logging.Level;
import org.slf4j.LoggerFactory;

/**
 * The log of a program, set up in code: reading an XML file would cost a good part of the start.
 *
 * <p>Until {@link #start} is called, warnings and errors go to standard error. One at a time per process.
 */
public final class Logging implements AutoCloseable {
    /**
     * The RPC library's own log. It repeats with a stack trace what its callers are told and say themselves; only what
     * nobody else hears of remains. Kept here, since loggers that nobody refers to are forgotten with their level.
     */
    private static final java.util.logging.Logger RPC = java.util.logging.Logger.getLogger("io.grpc");

    private final AsyncAppender appender;
    private final LogLevels levels;

    private Logging(AsyncAppender appender, LogLevels levels) {
        this.appender = appender;
        this.levels = levels;
    }

    /**
     * Begins to write lines of {@code format} to {@code out}, on a thread of its own.
     *
     * @param filter {@code RUST_LOG}
     * @param format {@code LOG_FORMAT}
     * @param out not closed by this class
     */
    public static Logging start(LogFilter filter, LogFormat format, OutputStream out) {
        RPC.setLevel(Level.SEVERE);
        LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
        Logger root = loggers.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        AsyncAppender appender = new AsyncAppender(loggers, new LineWriter(format), out);
        appender.start();
        root.addAppender(appender);
        return new Logging(appender, new LogLevels(loggers, filter));
    }

    /** Returns the levels, which may be changed at any time. */
    public LogLevels levels() {
        return levels;
    }

    /** Writes what waits and goes back to warnings on standard error. */
    @Override
    public void close() {
        LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(appender);
        appender.stop();
        levels.set(LogFilter.parse("warn"));
        QuietConfigurator.warnOnStandardError(loggers);
    }
}
