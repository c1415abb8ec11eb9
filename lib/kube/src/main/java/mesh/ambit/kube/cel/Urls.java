package mesh.ambit.kube.cel;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** URLs as an API server takes them: more than the standard allows in paths, less in hosts. */
final class Urls {
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1F\\x7F]");
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][-+.A-Za-z0-9]*):(.*)");
    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Pattern USER = Pattern.compile("[-A-Za-z0-9._:~!$&'()*+,;=%@]*");
    private static final Pattern HOST = Pattern.compile("[-A-Za-z0-9._~!$&'()*+,;=:<>\"\\x80-\\x{10FFFF}]*");
    private static final Pattern BRACKETS = Pattern.compile("\\[([^\\]]*)\\](:[0-9]*)?");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%25.+)?");

    private Urls() {}

    /**
     * Returns the scheme of a URL in lower case, empty if it has none.
     *
     * @throws CelException if the text is no URL
     */
    static String scheme(String text) {
        Matcher scheme = SCHEME.matcher(text);
        if (CONTROL.matcher(text).find() || !scheme.matches()) {
            if (text.startsWith("/") && !CONTROL.matcher(text).find()) {
                return "";
            }
            throw noUrl();
        }
        String rest = before(scheme.group(2), '?');
        if (rest.startsWith("//")) {
            int slash = rest.indexOf('/', 2);
            authority(slash < 0 ? rest.substring(2) : rest.substring(2, slash));
            rest = slash < 0 ? "" : rest.substring(slash);
        }
        if (rest.startsWith("/") && BAD_ESCAPE.matcher(rest).find()) {
            throw noUrl();
        }
        return scheme.group(1).toLowerCase(Locale.ROOT);
    }

    private static void authority(String text) {
        int at = text.lastIndexOf('@');
        String user = at < 0 ? "" : text.substring(0, at);
        String host = text.substring(at + 1);
        if (!USER.matcher(user).matches() || BAD_ESCAPE.matcher(user).find()) {
            throw noUrl();
        }
        if (host.startsWith("[")) {
            Matcher brackets = BRACKETS.matcher(host);
            if (!brackets.matches() || !V6.matcher(brackets.group(1)).matches()) {
                throw noUrl();
            }
            return;
        }
        int colon = host.lastIndexOf(':');
        boolean isPort = colon < 0 || host.substring(colon + 1).chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isPort || host.indexOf(':') != colon || !HOST.matcher(host).matches()) {
            throw noUrl();
        }
    }

    private static String before(String text, char sign) {
        int end = text.indexOf(sign);
        return end < 0 ? text : text.substring(0, end);
    }

    private static CelException noUrl() {
        return new CelException("no URL");
    }
}
