package mesh.ambit.telemetry;

import static java.util.Objects.requireNonNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The levels in force, changeable while the program runs. Thread-safe. */
public final class LogLevels {
    /** Ours; other people's loggers stay at informational messages unless a directive names them. */
    private static final String OURS = "mesh.ambit";

    /** Loggers of ours that are not named after a package. */
    private static final Set<String> NAMED =
            Set.of(AccessLog.LOGGER, "dns", "ztunnel.state", "ztunnel.proxy.connection_manager");

    private final LoggerContext loggers;
    private final LogFilter startUp;
    private final Set<String> touched = new HashSet<>();
    private LogFilter current;

    LogLevels(LoggerContext loggers, LogFilter startUp) {
        this.loggers = requireNonNull(loggers, "loggers");
        this.startUp = requireNonNull(startUp, "startUp");
        this.current = startUp;
        set(startUp);
    }

    /** Returns the filter in force. */
    public LogFilter current() {
        synchronized (loggers) {
            return current;
        }
    }

    /** Puts the filter of the start back in force. */
    public void reset() {
        set(startUp);
    }

    /** Returns the filter of the start. */
    public LogFilter startUp() {
        return startUp;
    }

    /** Puts {@code filter} in force. */
    public void set(LogFilter filter) {
        synchronized (loggers) {
            touched.forEach(name -> loggers.getLogger(name).setLevel(null));
            touched.clear();
            LogLevel everything = filter.everythingElse();
            level(Logger.ROOT_LOGGER_NAME, everything.compareTo(LogLevel.INFO) > 0 ? LogLevel.INFO : everything);
            level(OURS, everything);
            NAMED.forEach(name -> level(name, filter.levelOf(Scopes.scopeOf(name))));
            for (Map.Entry<String, LogLevel> directive : filter.scopes().entrySet()) {
                nameDirective(directive.getKey(), directive.getValue());
            }
            Scopes.PACKAGES.forEach((pkg, scope) -> level(pkg, filter.levelOf(scope)));
            current = filter;
        }
    }

    /** A directive may mean a package of ours by its own path, or somebody else's logger. */
    private void nameDirective(String scope, LogLevel level) {
        String logger = Scopes.loggerOf(scope);
        level(logger, level);
        if (!logger.startsWith(OURS)) {
            level(OURS + "." + logger, level);
        }
    }

    private void level(String logger, LogLevel level) {
        // Logback refuses to unset the level of the root logger; it is always set anew.
        if (!logger.equals(Logger.ROOT_LOGGER_NAME)) {
            touched.add(logger);
        }
        loggers.getLogger(logger)
                .setLevel(
                        switch (level) {
                            case OFF -> Level.OFF;
                            case ERROR -> Level.ERROR;
                            case WARN -> Level.WARN;
                            case INFO -> Level.INFO;
                            case DEBUG -> Level.DEBUG;
                            case TRACE -> Level.TRACE;
                        });
    }
}
