package mesh.ambit.istiod.proxyless;

import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mesh.ambit.kube.Regexes;
import mesh.ambit.kube.StringMatch;
import org.jspecify.annotations.Nullable;

/**
 * Which calls a rule is about, as clients compare them. Every call is a POST to a path without a query.
 *
 * <p>A condition that no call can meet makes the whole match impossible, and it is left out.
 */
final class Matching {
    private static final String POST = "POST";

    /** Headers that must not have some value, at most: each doubles the routes of the match. */
    private static final int MAX_UNEQUAL = 4;

    private final List<HeaderMatcher> headers = new ArrayList<>();

    /** Of headers that must not have some value. */
    private final List<HeaderMatcher> unequal = new ArrayList<>();

    private @Nullable String impossible;

    /** Returns why no call is meant as far as is known, in a few words; null when some may be. */
    @Nullable
    String impossible() {
        return impossible;
    }

    private void cannot(String why) {
        impossible = why;
    }

    /** Asks for a method of HTTP. */
    void method(StringMatch match) {
        if (!holds(match, POST)) {
            cannot("calls are POST requests");
        }
    }

    /** Asks for something in the query of the path. */
    void query() {
        cannot("calls have no query");
    }

    /** Asks for an authority; the service is called by these names. */
    void authority(StringMatch match, List<String> names) {
        if (names.stream().noneMatch(name -> holds(match, name))) {
            cannot("the authority is another one");
        }
    }

    /** Asks for a scheme. */
    void scheme(StringMatch match) {
        if (!holds(match, "http")) {
            cannot("the scheme is not known");
        }
    }

    /** Asks for a header, or for its absence. */
    void header(String name, StringMatch match, boolean inverted) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith(":") || lower.endsWith("-bin") || lower.startsWith("grpc-")) {
            if (!inverted) {
                cannot("header " + name + " cannot be asked for");
            }
            return;
        }
        HeaderMatcher.Builder header = HeaderMatcher.newBuilder().setName(lower).setInvertMatch(inverted);
        switch (match.type()) {
            case EXACT -> header.setStringMatch(Matchers.exact(match.value()));
            case PREFIX -> header.setStringMatch(StringMatcher.newBuilder().setPrefix(match.value()));
            case PRESENT -> header.setPresentMatch(true);
            case REGEX -> {
                if (match.value().isEmpty() || match.value().equals("*")) {
                    header.setPresentMatch(true);
                } else if (Regexes.wrong(match.value()).isEmpty()) {
                    header.setStringMatch(Matchers.regex(match.value()));
                } else {
                    cannot("expression " + match.value() + " is not one of RE2");
                    return;
                }
            }
        }
        if (inverted && !header.hasPresentMatch()) {
            unequal.add(header.build());
            if (unequal.size() > MAX_UNEQUAL) {
                cannot("more than " + MAX_UNEQUAL + " headers must not have some value");
            }
            return;
        }
        headers.add(header.build());
    }

    /**
     * Returns matches that together mean {@code match} and that no header has a value that it must not have. Clients take
     * a header that is absent for one that does not match, inverted or not, so absence is asked for by itself.
     */
    List<RouteMatch> variants(RouteMatch match) {
        List<RouteMatch> variants = List.of(match);
        for (HeaderMatcher other : unequal) {
            HeaderMatcher absent = HeaderMatcher.newBuilder()
                    .setName(other.getName())
                    .setPresentMatch(true)
                    .setInvertMatch(true)
                    .build();
            List<RouteMatch> next = new ArrayList<>();
            for (RouteMatch variant : variants) {
                next.add(variant.toBuilder().addHeaders(absent).build());
                next.add(variant.toBuilder().addHeaders(other).build());
            }
            variants = next;
        }
        return variants;
    }

    /** Returns the match for calls of exactly this path. */
    RouteMatch exact(String path, boolean caseSensitive) {
        return finish(RouteMatch.newBuilder().setPath(path), caseSensitive);
    }

    /** Returns the match for calls of paths that begin so. */
    RouteMatch prefix(String prefix, boolean caseSensitive) {
        return finish(RouteMatch.newBuilder().setPrefix(prefix), caseSensitive);
    }

    /** Returns the match for calls of paths that, as a whole, are so; null when the expression is not a known one. */
    @Nullable
    RouteMatch regex(String expression) {
        if (!Regexes.wrong(expression).isEmpty()) {
            cannot("expression " + expression + " is not one of RE2");
            return null;
        }
        return finish(RouteMatch.newBuilder().setSafeRegex(Matchers.expression(expression)), true);
    }

    private RouteMatch finish(RouteMatch.Builder match, boolean caseSensitive) {
        return match.setCaseSensitive(BoolValue.of(caseSensitive))
                .addAllHeaders(headers)
                .build();
    }

    private static boolean holds(StringMatch match, String text) {
        return switch (match.type()) {
            case EXACT -> match.value().equals(text);
            case PREFIX -> text.startsWith(match.value());
            case PRESENT -> true;
            case REGEX ->
                match.value().isEmpty() || match.value().equals("*") || Expressions.matches(match.value(), text);
        };
    }
}
