package mesh.ambit.kube;

import java.util.regex.Pattern;

/** Names of hosts as Istio's objects write them, in whatever case. */
final class Hosts {
    private static final int MAX_LENGTH = 255;
    private static final int MAX_LABEL = 63;
    private static final String OUTBOUND = "outbound_";
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?");
    private static final Pattern STAR = Pattern.compile("\\*|\\*-?" + LABEL);
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");

    private Hosts() {}

    /** Returns whether the text is one label. */
    static boolean isLabel(String text) {
        return text.length() <= MAX_LABEL && LABEL.matcher(text).matches();
    }

    /** Returns whether DNS can be asked for the text: labels with dots between, the last of them no number. */
    static boolean isResolvable(String text) {
        return !text.isEmpty() && text.length() <= MAX_LENGTH && areLabels(text);
    }

    /** Returns whether the text is a name, with dots or without, whose first label may begin with an asterisk. */
    static boolean isHost(String text) {
        int dot = text.indexOf('.');
        String first = dot < 0 ? text : text.substring(0, dot);
        boolean begins = isLabel(first)
                || (first.length() <= MAX_LABEL && STAR.matcher(first).matches());
        return text.length() <= MAX_LENGTH && begins && (dot < 0 || areLabels(text.substring(dot + 1)));
    }

    /**
     * Returns whether the text is a host, or the name by which a gateway is asked in TLS for a port of a service to pass
     * through: {@code outbound_.80_._.web.shop}.
     */
    static boolean isHostOrPassedThrough(String text) {
        if (text.length() > MAX_LENGTH || !text.startsWith(OUTBOUND)) {
            return isHost(text);
        }
        String[] parts = text.split("_", -1);
        return parts.length > 3
                && parts[1].chars().anyMatch(c -> c >= '0' && c <= '9')
                && parts[3].chars().anyMatch(c -> (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    }

    /** Returns whether every name that a host, perhaps with an asterisk, stands for is one of another's. */
    static boolean isWithin(String host, String other) {
        if (!other.startsWith("*")) {
            return host.equals(other);
        }
        return host.startsWith("*")
                ? host.length() >= other.length() && host.endsWith(other.substring(1))
                : host.endsWith(other.substring(1));
    }

    /** Returns whether two hosts, perhaps with asterisks, stand for a name in common. */
    static boolean overlap(String one, String other) {
        return isWithin(one, other) || isWithin(other, one);
    }

    /** Returns whether the text is an address, perhaps with a zone. */
    static boolean isAddress(String text) {
        int zone = text.indexOf(':') < 0 ? -1 : text.indexOf('%');
        return IpText.parse(zone < 0 ? text : text.substring(0, zone)) != null && zone != text.length() - 1;
    }

    /** The last label may be empty. */
    private static boolean areLabels(String text) {
        int last = text.lastIndexOf('.') + 1;
        String ending = text.substring(last);
        if (!ending.isEmpty() && (DIGITS.matcher(ending).matches() || !isLabel(ending))) {
            return false;
        }
        for (int from = 0; from < last; ) {
            int dot = text.indexOf('.', from);
            if (!isLabel(text.substring(from, dot))) {
                return false;
            }
            from = dot + 1;
        }
        return true;
    }
}
