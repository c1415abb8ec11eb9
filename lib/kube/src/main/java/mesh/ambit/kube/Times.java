package mesh.ambit.kube;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Times of objects, RFC 3339. */
final class Times {
    private static final String USUAL_FORM = "dddd-dd-ddTdd:dd:ddZ";

    private Times() {}

    /**
     * Returns the time that {@code text} says. The form in which API servers write times is read here: the general reader
     * takes a sixth of what reading a pod does.
     *
     * @throws DateTimeException if it says none
     */
    static Instant parse(String text) {
        return isUsual(text)
                ? LocalDateTime.of(
                                number(text, 0, 4),
                                number(text, 5, 7),
                                number(text, 8, 10),
                                number(text, 11, 13),
                                number(text, 14, 16),
                                number(text, 17, 19))
                        .toInstant(ZoneOffset.UTC)
                : OffsetDateTime.parse(text).toInstant();
    }

    private static boolean isUsual(String text) {
        if (text.length() != USUAL_FORM.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char is = text.charAt(i);
            char expected = USUAL_FORM.charAt(i);
            if (expected == 'd' ? is < '0' || is > '9' : is != expected) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }
}
