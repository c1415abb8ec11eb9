package mesh.ambit.telemetry;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which scopes are logged at which level: the value of {@code RUST_LOG}.
 *
 * <p>The text is a comma-separated list of {@code level} (everything else) and {@code scope=level}; the longest scope
 * that a name starts with decides, and a later directive for the same scope replaces an earlier one.
 */
public final class LogFilter {
    /** Everything from informational messages on. */
    public static final LogFilter INFO = parse("info");

    /**
     * The directive that a node proxy's filter begins with. The library it silences is not ours, but tools compare the
     * text that {@code /logging} answers.
     */
    public static final String NODE_PROXY_DIRECTIVE = "hickory_server::server=off";

    /** The key of the directive without a scope. */
    private static final String EVERYTHING = "";

    /** The key of {@code =level}: a scope that is empty, which everything begins with. It comes before the one without. */
    private static final String NAMELESS = "=";

    /** The most specific first, so that the first hit decides; this is also the order in which upstream prints. */
    private static final Comparator<String> MOST_SPECIFIC_FIRST = Comparator.comparingInt(String::length)
            .thenComparing(Comparator.naturalOrder())
            .reversed();

    private final SortedMap<String, LogLevel> directives;

    private LogFilter(SortedMap<String, LogLevel> directives) {
        this.directives = Collections.unmodifiableSortedMap(directives);
    }

    /**
     * Returns the filter that {@code text} describes.
     *
     * @throws IllegalArgumentException if a part is neither a level nor {@code scope=level}
     */
    public static LogFilter parse(String text) {
        return new LogFilter(new TreeMap<>(MOST_SPECIFIC_FIRST)).with(text);
    }

    /**
     * Returns this filter with the directives of {@code text} added, read as at the start: a scope without a level is
     * wholly logged, and empty directives say nothing.
     *
     * @throws IllegalArgumentException if a level is none
     */
    public LogFilter withAtStart(String text) {
        StringBuilder full = new StringBuilder();
        for (String part : text.split(",", -1)) {
            String directive = part.strip();
            if (!directive.isEmpty()) {
                boolean scope = directive.indexOf('=') < 0 && LogLevel.tryParse(directive) == null;
                full.append(full.isEmpty() ? "" : ",").append(directive).append(scope ? "=trace" : "");
            }
        }
        return full.isEmpty() ? this : with(full.toString());
    }

    /**
     * Returns this filter with the directives of {@code text} added.
     *
     * @throws IllegalArgumentException if a part is neither a level nor {@code scope=level}
     */
    public LogFilter with(String text) {
        SortedMap<String, LogLevel> merged = new TreeMap<>(directives);
        for (String part : text.split(",", -1)) {
            String directive = part.strip();
            int equals = directive.indexOf('=');
            String scope = equals < 0 ? EVERYTHING : equals == 0 ? NAMELESS : directive.substring(0, equals);
            LogLevel level = LogLevel.tryParse(directive.substring(equals + 1));
            if (level == null) {
                throw new IllegalArgumentException("'" + directive + "' is neither a level nor scope=level");
            }
            merged.put(scope, level);
        }
        return new LogFilter(merged);
    }

    /** Returns the level of {@code scope}: that of the longest directive it starts with, {@code off} if there is none. */
    public LogLevel levelOf(String scope) {
        for (Map.Entry<String, LogLevel> directive : directives.entrySet()) {
            if (scope.startsWith(directive.getKey()) || directive.getKey().equals(NAMELESS)) {
                return directive.getValue();
            }
        }
        return LogLevel.OFF;
    }

    /** Returns the level of what no scope names. */
    public LogLevel everythingElse() {
        LogLevel nameless = directives.get(NAMELESS);
        return nameless != null ? nameless : directives.getOrDefault(EVERYTHING, LogLevel.OFF);
    }

    /** Returns the scopes that are named, with their levels, the most specific first. */
    SortedMap<String, LogLevel> scopes() {
        SortedMap<String, LogLevel> named = new TreeMap<>(directives);
        named.remove(EVERYTHING);
        named.remove(NAMELESS);
        return named;
    }

    /** Returns the filter as text, the most specific directive first. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        directives.forEach((scope, level) -> {
            text.append(text.isEmpty() ? "" : ",");
            text.append(scope.equals(EVERYTHING) || scope.equals(NAMELESS) ? scope : scope + "=")
                    .append(level);
        });
        return text.toString();
    }
}
