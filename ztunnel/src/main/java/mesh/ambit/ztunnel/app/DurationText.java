package mesh.ambit.ztunnel.app;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as upstream's node proxy reads them: whole numbers with units in any case, {@code 5m}, {@code 1h30m}, {@code 1
 * hour}, {@code 2w}; without a unit they count seconds. Terms add up, or multiply where a {@code *} stands between them.
 */
final class DurationText {
    private static final Pattern TERM = Pattern.compile("\\s*([+*]?)\\s*(\\d{1,19})\\s*([a-zµ]*)");
    private static final BigInteger SECOND = BigInteger.valueOf(1_000_000_000L);

    private DurationText() {}

    /**
     * Returns the duration that {@code text} describes.
     *
     * @throws IllegalArgumentException with the reason
     */
    static Duration parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT).strip();
        Matcher term = TERM.matcher(lower);
        BigInteger nanos = BigInteger.ZERO;
        int end = 0;
        while (end < lower.length() && term.region(end, lower.length()).lookingAt()) {
            String operator = term.group(1);
            if (end == 0 && !operator.isEmpty()) {
                break;
            }
            BigInteger value = new BigInteger(term.group(2)).multiply(unit(term.group(3)));
            // The second factor is a number of times, whatever it is called.
            nanos = operator.equals("*") ? nanos.multiply(value).divide(SECOND) : nanos.add(value);
            end = term.end();
        }
        if (end == 0 || end != lower.length()) {
            throw new IllegalArgumentException("not a duration, expected: for example 24h, 1h30m, 180s or 100ms");
        }
        try {
            return Duration.ofNanos(nanos.longValueExact());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("duration is too long, expected: at most 292 years", e);
        }
    }

    private static BigInteger unit(String name) {
        long nanos = switch (name) {
            case "", "s", "sec", "second", "seconds" -> 1_000_000_000L;
            case "ns", "nsec", "nanosecond", "nanoseconds" -> 1;
            case "us", "µs", "usec", "microsecond", "microseconds" -> 1_000;
            case "ms", "msec", "millisecond", "milliseconds" -> 1_000_000;
            case "m", "min", "minute", "minutes" -> 60 * 1_000_000_000L;
            case "h", "hr", "hour", "hours" -> 3_600 * 1_000_000_000L;
            case "d", "day", "days" -> 86_400 * 1_000_000_000L;
            case "w", "week", "weeks" -> 7 * 86_400 * 1_000_000_000L;
            case "mon", "month", "months" -> 30 * 86_400 * 1_000_000_000L;
            case "y", "year", "years" -> 365 * 86_400 * 1_000_000_000L;
            default ->
                throw new IllegalArgumentException("'" + name + "' is no unit of time, expected: for example h or ms");
        };
        return BigInteger.valueOf(nanos);
    }
}
