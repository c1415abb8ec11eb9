package mesh.ambit.istiod.proxyless;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Single conditions of policies as gRPC servers ask them. Null stands for a value that means nothing. */
final class Conditions {
    private static final String SCHEME = "spiffe://";
    private static final String HEADERS = "request.headers[";

    private Conditions() {}

    /** Returns the header that a condition's key names and a server may be asked about; null for another key. */
    static @Nullable String headerName(String key) {
        if (!key.startsWith(HEADERS) || !key.endsWith("]")) {
            return null;
        }
        String name = key.substring(HEADERS.length(), key.length() - 1).toLowerCase(Locale.ROOT);
        boolean askable = !name.isEmpty()
                && !name.startsWith("grpc-")
                && !name.endsWith("-bin")
                && (!name.startsWith(":")
                        || name.equals(":authority")
                        || name.equals(":path")
                        || name.equals(":method"));
        return askable ? name : null;
    }

    static HeaderMatcher header(String name, String value, boolean ignoreCase) {
        HeaderMatcher.Builder matcher = HeaderMatcher.newBuilder().setName(name);
        return value.equals("*")
                ? matcher.setPresentMatch(true).build()
                : matcher.setStringMatch(Matchers.pattern(value, ignoreCase)).build();
    }

    /** Reads a path of a policy; braces stand for a segment or for the rest. */
    static PathMatcher path(String text) {
        StringMatcher matcher = text.contains("{*}") || text.contains("{**}")
                ? Matchers.regex(Matchers.quoted(text)
                        .replace(Matchers.quoted("{**}"), ".*")
                        .replace(Matchers.quoted("{*}"), "[^/]+"))
                : Matchers.pattern(text, false);
        return PathMatcher.newBuilder().setPath(matcher).build();
    }

    /** Reads a principal, written without {@code spiffe://}. */
    static Principal principal(String text) {
        if (text.startsWith("*")) {
            return named(
                    Matchers.regex(SCHEME + (text.equals("*") ? ".+" : ".*" + Matchers.quoted(text.substring(1)))));
        }
        return named(Matchers.pattern(SCHEME + text, false));
    }

    /** Reads a namespace, which may have a star at one end. */
    static Principal namespace(String text) {
        return named(Matchers.regex(SCHEME + "[^/]+/ns/" + segment(text) + "/.*"));
    }

    /** Reads a trust domain, which may have a star at one end. */
    static Principal trustDomain(String text) {
        return named(Matchers.regex(SCHEME + segment(text) + "/.*"));
    }

    private static String segment(String text) {
        String within = "[^/]*";
        if (text.equals("*")) {
            return "[^/]+";
        }
        if (text.startsWith("*")) {
            return within + Matchers.quoted(text.substring(1));
        }
        return text.endsWith("*")
                ? Matchers.quoted(text.substring(0, text.length() - 1)) + within
                : Matchers.quoted(text);
    }

    /** Reads {@code namespace/account}, or an account of the policy's own namespace. */
    static Principal account(String text, String ownNamespace) {
        int slash = text.indexOf('/');
        String namespace = slash < 0 ? ownNamespace : text.substring(0, slash);
        String account = text.substring(slash + 1);
        return named(
                Matchers.regex(SCHEME + "[^/]+/ns/" + Matchers.quoted(namespace) + "/sa/" + Matchers.quoted(account)));
    }

    private static Principal named(StringMatcher name) {
        return Principal.newBuilder()
                .setAuthenticated(Principal.Authenticated.newBuilder().setPrincipalName(name))
                .build();
    }

    static @Nullable Principal directAddress(String text) {
        CidrRange range = Matchers.range(text);
        return range == null
                ? null
                : Principal.newBuilder().setDirectRemoteIp(range).build();
    }

    /** A server knows no other address of a client than that of the connection. */
    static @Nullable Principal address(String text) {
        CidrRange range = Matchers.range(text);
        return range == null ? null : Principal.newBuilder().setRemoteIp(range).build();
    }

    static @Nullable Permission destination(String text) {
        CidrRange range = Matchers.range(text);
        return range == null
                ? null
                : Permission.newBuilder().setDestinationIp(range).build();
    }
}
