package mesh.ambit.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * A text that the plain log format writes without quotes, as it does addresses.
 *
 * @param text without spaces
 */
record Bare(String text) {
    /** Returns {@code text} as a bare value, or in quotes after all when it could be taken for something else. */
    static @Nullable Object of(@Nullable String text) {
        if (text == null) {
            return null;
        }
        boolean plain = !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\');
        return plain ? new Bare(text) : text;
    }

    @Override
    public String toString() {
        return text;
    }
}
