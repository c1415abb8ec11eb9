package mesh.ambit.kube;

import java.util.regex.Pattern;

/** Names of hosts as Istio's objects write them. */
final class Hosts {
    private static final int MAX_LENGTH = 255;

    private static final Pattern HOST = Pattern.compile(
            "\\*|(?:\\*\\.?)?[a-zA-Z0-9_](?:[-a-zA-Z0-9_]*[a-zA-Z0-9_])?(?:\\.[a-zA-Z0-9_](?:[-a-zA-Z0-9_]*[a-zA-Z0-9_])?)*\\.?");

    private Hosts() {}

    /** Returns whether the text is a name, with dots or without, perhaps after an asterisk. */
    static boolean isHost(String text) {
        return text.length() <= MAX_LENGTH && HOST.matcher(text).matches();
    }
}
