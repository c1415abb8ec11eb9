package mesh.ambit.kube;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads types of fields that only routes and traffic settings have. */
final class SpecFields {
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
