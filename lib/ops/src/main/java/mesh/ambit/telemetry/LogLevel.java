package mesh.ambit.telemetry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Levels of a log filter, from silent to chatty. */
public enum LogLevel {
    OFF,
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE;

    /** Returns the level that {@code word} names, in any case, or null. */
    public static @Nullable LogLevel tryParse(String word) {
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
