package mesh.ambit.istiod.proxyless;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.net.InetAddress;
import mesh.ambit.kube.IpText;
import mesh.ambit.model.Addresses;
import org.jspecify.annotations.Nullable;

/** Ways to compare texts and addresses, as Envoy's messages say them. */
final class Matchers {
    private Matchers() {}

    static StringMatcher exact(String text) {
        return StringMatcher.newBuilder().setExact(text).build();
    }

    /** Returns a comparison of the whole text with an expression in RE2 syntax. */
    static StringMatcher regex(String expression) {
        return StringMatcher.newBuilder().setSafeRegex(expression(expression)).build();
    }

    static RegexMatcher expression(String expression) {
        return RegexMatcher.newBuilder().setRegex(expression).build();
    }

    /** Returns {@code text} as an expression that matches it and nothing else; understood by RE2 and by Java. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ("\\^$.|?*+()[]{}".indexOf(c) >= 0) {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.toString();
    }

    /** Reads a policy's way to write patterns: {@code *}, {@code *suffix}, {@code prefix*}, else the text itself. */
    static StringMatcher pattern(String text, boolean ignoreCase) {
        StringMatcher.Builder matcher = StringMatcher.newBuilder();
        if (text.equals("*")) {
            return matcher.setSafeRegex(expression(".+")).build();
        }
        if (text.startsWith("*")) {
            matcher.setSuffix(text.substring(1));
        } else if (text.endsWith("*")) {
            matcher.setPrefix(text.substring(0, text.length() - 1));
        } else {
            matcher.setExact(text);
        }
        return matcher.setIgnoreCase(ignoreCase).build();
    }

    /** Returns the range that {@code text} names, an address being a range of one; null when it names none. */
    static @Nullable CidrRange range(String text) {
        int slash = text.indexOf('/');
        String written = slash < 0 ? text : text.substring(0, slash);
        // A zone means nothing to anybody else than the host that writes it.
        int zone = slash < 0 && text.indexOf(':') >= 0 ? text.indexOf('%') : -1;
        String base = zone < 0 ? written : written.substring(0, zone);
        if (IpText.parse(base) == null || zone == text.length() - 1) {
            return null;
        }
        InetAddress address = InetAddress.ofLiteral(base);
        int bits = address.getAddress().length * Byte.SIZE;
        int length = slash < 0 ? bits : number(text.substring(slash + 1));
        return length < 0 || length > bits
                ? null
                : CidrRange.newBuilder()
                        .setAddressPrefix(Addresses.print(address))
                        .setPrefixLen(Packing.number(length))
                        .build();
    }

    private static int number(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Integer.parseInt(text) : -1;
    }
}
