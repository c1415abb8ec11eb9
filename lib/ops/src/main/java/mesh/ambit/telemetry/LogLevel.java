package mesh.ambit.telemetry;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Levels of a log filter, from silent to chatty. */
public enum LogLevel {
    OFF,
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE;

    /** How the reference numbers them, from silent to chatty. */
    private static final Pattern NUMBER = Pattern.compile("\\+?0*([0-5])");

    /** Returns the level that {@code word} names, in any case, or counts, from 0 to 5; null if it is none. */
    public static @Nullable LogLevel tryParse(String word) {
        Matcher number = NUMBER.matcher(word);
        if (number.matches()) {
            return values()[Integer.parseInt(number.group(1))];
        }
        for (LogLevel level : values()) {
            if (level.name().equalsIgnoreCase(word)) {
                return level;
            }
        }
        return null;
    }

    /** Returns the level as filters write it: in lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
