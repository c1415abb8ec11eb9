package mesh.ambit.config;

import static java.util.Objects.requireNonNull;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads environment variables as typed values and remembers what was wrong.
 *
 * <p>A value that does not parse yields the fallback and a problem {@code invalid env var NAME=VALUE (reason)}; {@link
 * #throwIfInvalid} at the end reports all of them together. Not thread-safe; meant for one pass at the start.
 */
public final class Environment {
    /** Turns a variable's text into a value; the message of what it throws is the reason that a person reads. */
    @FunctionalInterface
    public interface Parser<T> {
        /**
         * Returns the value of {@code text}.
         *
         * @throws IllegalArgumentException with what was expected
         */
        T parse(String text);
    }

    private final Function<String, @Nullable String> lookup;
    private final Set<String> names;
    private final List<String> problems = new ArrayList<>();

    private Environment(Function<String, @Nullable String> lookup, Set<String> names) {
        this.lookup = requireNonNull(lookup, "lookup");
        this.names = names;
    }

    /** Reads from {@code variables}, for instance {@code System.getenv()}. */
    public static Environment of(Map<String, String> variables) {
        Map<String, String> copy = Map.copyOf(variables);
        return new Environment(copy::get, copy.keySet());
    }

    /** Reads through {@code lookup}; {@link #withPrefix} then finds nothing, since names cannot be listed. */
    public static Environment of(Function<String, @Nullable String> lookup) {
        return new Environment(lookup, Set.of());
    }

    /** Returns the value of {@code name}, which may be empty, or null when it is unset. */
    public @Nullable String text(String name) {
        return lookup.apply(name);
    }

    /** Returns the value of {@code name}, which may be empty, or {@code fallback} when it is unset. */
    public String text(String name, String fallback) {
        String value = lookup.apply(name);
        return value != null ? value : fallback;
    }

    /** Returns a boolean; only {@code true} and {@code false} are accepted. */
    public boolean flag(String name, boolean fallback) {
        return value(name, fallback, Environment::parseFlag);
    }

    /** Returns a duration in the notation of {@link Durations}. */
    public Duration duration(String name, Duration fallback) {
        return value(name, fallback, Durations::parse);
    }

    /** Returns a whole number between {@code min} and {@code max}, both included. */
    public int number(String name, int fallback, int min, int max) {
        return value(name, fallback, text -> Math.toIntExact(parseNumber(text, min, max)));
    }

    /** Returns a number of bytes: digits, or digits followed by {@code Ki}, {@code Mi} or {@code Gi}. */
    public long size(String name, long fallback, long min, long max) {
        return value(name, fallback, text -> parseSize(text, min, max));
    }

    /** Returns a path; whether it exists is not asked. */
    public Path path(String name, Path fallback) {
        return value(name, fallback, Environment::parsePath);
    }

    /** Returns the parsed value of {@code name}; {@code fallback} when it is unset, or wrong and so noted. */
    public <T> T value(String name, T fallback, Parser<? extends T> parser) {
        String text = lookup.apply(name);
        if (text == null) {
            return fallback;
        }
        try {
            return parser.parse(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            reject(name, text, requireNonNull(e.getMessage(), "a parser gives a reason"));
            return fallback;
        }
    }

    /** Returns the variables whose names start with {@code prefix}, keyed by the rest of the name, sorted. */
    public SortedMap<String, String> withPrefix(String prefix) {
        SortedMap<String, String> found = new TreeMap<>();
        for (String name : names) {
            String value = lookup.apply(name);
            if (value != null && name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), value);
            }
        }
        return found;
    }

    /** Notes that {@code name} has an unusable value. */
    public void reject(String name, String value, String reason) {
        reject("invalid env var " + name + "=" + value + " (" + reason + ")");
    }

    /** Notes a problem that is not one variable's, such as two settings that exclude each other. */
    public void reject(String problem) {
        // Two readers of one variable have one problem.
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    /** Returns what was found wrong so far. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /**
     * Ends the reading.
     *
     * @throws ConfigException with every problem, when there is one
     */
    public void throwIfInvalid() {
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private static boolean parseFlag(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("not a boolean, expected: true or false");
        };
    }

    private static long parseNumber(String text, long min, long max) {
        long number;
        try {
            number = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number, expected: " + min + " to " + max, e);
        }
        if (number < min || number > max) {
            throw new IllegalArgumentException("out of range, expected: " + min + " to " + max);
        }
        return number;
    }

    private static long parseSize(String text, long min, long max) {
        int shift = text.endsWith("Ki") ? 10 : text.endsWith("Mi") ? 20 : text.endsWith("Gi") ? 30 : 0;
        if (shift == 0) {
            return parseNumber(text, min, max);
        }
        // Rounded inwards, so that the scaled number is within the range exactly when the unscaled one is.
        long scaledMin = Math.ceilDiv(min, 1L << shift);
        return parseNumber(text.substring(0, text.length() - 2), scaledMin, max >> shift) << shift;
    }

    private static Path parsePath(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not a path", e);
        }
    }
}
