package mesh.ambit.kube;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads types of fields that only routes and traffic settings have. */
final class SpecFields {
    private static final int NANOS_OF_A_MILLISECOND = 1_000_000;

    private SpecFields() {}

    /** Returns a span of time, null when it is absent or, with a finding, no span. */
    static @Nullable Duration duration(Fields fields, String name) {
        String text = fields.textOrNull(name);
        if (text == null) {
            return null;
        }
        Duration duration = Durations.parse(text);
        if (duration == null) {
            fields.found(
                    ProblemCode.INVALID_VALUE,
                    name,
                    "\"" + text + "\" is no duration",
                    "expected for example 1.5s or 2m");
        }
        return duration;
    }

    /** Checks that spans of time, where they are given, are of one or more whole milliseconds: proxies count no less. */
    static void checkSpans(Fields fields, String... names) {
        for (String name : names) {
            String text = fields.textOrNull(name);
            Duration span = text == null ? null : Durations.parse(text);
            if (span != null && (span.toMillis() < 1 || span.toNanosPart() % NANOS_OF_A_MILLISECOND != 0)) {
                fields.found(
                        ProblemCode.INVALID_VALUE,
                        name,
                        "\"" + text + "\" is no number of milliseconds",
                        "expected at least 1ms, and no finer parts");
            }
        }
    }

    /** Returns the number in the field {@code value} below; null when it is absent. */
    static @Nullable Double percent(Fields fields, String name) {
        Fields below = fields.child(name);
        return below == null ? null : below.decimalOrNull("value");
    }

    /** Returns a text, another one when it is absent. */
    static String textOr(Fields fields, String name, String absent) {
        String text = fields.textOrNull(name);
        return text == null ? absent : text;
    }

    static int numberOr(Fields fields, String name, int absent) {
        Integer number = fields.numberOrNull(name);
        return number == null ? absent : number;
    }
}
