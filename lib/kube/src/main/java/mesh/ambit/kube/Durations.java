package mesh.ambit.kube;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Spans of time as Kubernetes objects spell them: {@code 1h30m}, {@code 1.5s}, {@code 100ms}. */
final class Durations {
    /** Longer texts are no durations; the limit keeps reading linear. */
    private static final int MAX_LENGTH = 64;

    private static final Pattern PART =
            Pattern.compile("([0-9]{1,12})(?:\\.([0-9]{1,9})[0-9]*)?(ns|us|µs|μs|ms|s|m|h)");

    private static final long SECOND = 1_000_000_000L;

    private Durations() {}

    /** Returns the span, null when the text is none or it is longer than 292 years. */
    static @Nullable Duration parse(String text) {
        boolean negative = text.startsWith("-");
        String rest = negative || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return Duration.ZERO;
        }
        if (rest.isEmpty() || rest.length() > MAX_LENGTH) {
            return null;
        }
        Matcher part = PART.matcher(rest);
        int at = 0;
        long nanos = 0;
        try {
            while (at < rest.length()) {
                if (!part.find() || part.start() != at) {
                    return null;
                }
                long unit = unit(part.group(3));
                nanos = Math.addExact(nanos, Math.multiplyExact(Long.parseLong(part.group(1)), unit));
                nanos = Math.addExact(nanos, fraction(part.group(2), unit));
                at = part.end();
            }
        } catch (ArithmeticException e) {
            return null;
        }
        return Duration.ofNanos(negative ? -nanos : nanos);
    }

    private static long fraction(@Nullable String digits, long unit) {
        long share = 0;
        long scale = 1;
        for (int i = 0; digits != null && i < digits.length(); i++) {
            scale *= 10;
            share = share * 10 + (digits.charAt(i) - '0');
        }
        return (long) ((double) unit / scale * share);
    }

    private static long unit(String text) {
        return switch (text) {
            case "ns" -> 1;
            case "us", "µs", "μs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> SECOND;
            case "m" -> 60 * SECOND;
            default -> 3600 * SECOND;
        };
    }
}
