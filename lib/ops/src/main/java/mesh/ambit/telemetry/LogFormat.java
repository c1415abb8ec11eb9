package mesh.ambit.telemetry;

/** How log lines are written: the value of {@code LOG_FORMAT}. */
public enum LogFormat {
    /** Time, level, scope, message and fields, separated by tabs. */
    PLAIN,
    /** One JSON object a line. */
    JSON;

    /**
     * Returns the format that {@code text} names: {@code plain} or {@code json}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static LogFormat parse(String text) {
        return switch (text) {
            case "plain" -> PLAIN;
            case "json" -> JSON;
            default -> throw new IllegalArgumentException("not a log format, expected: plain or json");
        };
    }
}
