package mesh.ambit.kube.cel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import mesh.ambit.kube.cel.Node.Scope;

/** The functions and methods of expressions. */
final class Functions {
    /** Patterns of rules; they are of definitions, so there are few. */
    private static final Map<String, Pattern> PATTERNS = new ConcurrentHashMap<>();

    private static final Pattern DURATION_PART = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ns|us|ms|s|m|h)");
    private static final int MAX_DURATION = 64;

    private Functions() {}

    static Node function(String name, List<Node> arguments) {
        if (arguments.size() != 1) {
            throw new CelException("one argument belongs to " + name);
        }
        Node only = arguments.getFirst();
        return switch (name) {
            case "size" -> scope -> size(only.value(scope));
            case "int" -> scope -> whole(text(only.value(scope)));
            case "duration" -> scope -> duration(text(only.value(scope)));
            case "url" -> scope -> new Url(Urls.scheme(text(only.value(scope))));
            case "isIP" -> scope -> isIp(text(only.value(scope)));
            default -> throw new CelException("there is no function " + name);
        };
    }

    static Node method(Node owner, String name, List<Node> arguments) {
        int least = name.equals("size") || name.equals("getScheme") ? 0 : 1;
        int most = name.equals("substring") ? 2 : least;
        if (arguments.size() < least || arguments.size() > most) {
            throw new CelException(arguments.size() + " arguments do not belong to " + name);
        }
        return switch (name) {
            case "size" -> scope -> size(owner.value(scope));
            case "startsWith" -> onText(owner, arguments, String::startsWith);
            case "endsWith" -> onText(owner, arguments, String::endsWith);
            case "contains" -> onText(owner, arguments, String::contains);
            case "matches" ->
                onText(
                        owner,
                        arguments,
                        (text, pattern) -> PATTERNS.computeIfAbsent(pattern, Functions::compiled)
                                .matcher(text)
                                .find());
            case "split" ->
                scope -> List.of(text(owner.value(scope))
                        .split(Pattern.quote(text(arguments.getFirst().value(scope))), -1));
            case "substring" -> scope -> substring(text(owner.value(scope)), arguments, scope);
            case "getScheme" -> scope -> scheme(owner.value(scope));
            default -> throw new CelException("there is no method " + name);
        };
    }

    private interface TextTest {
        boolean test(String text, String argument);
    }

    private static Node onText(Node owner, List<Node> arguments, TextTest test) {
        Node argument = arguments.getFirst();
        return scope -> test.test(text(owner.value(scope)), text(argument.value(scope)));
    }

    private static Pattern compiled(String pattern) {
        try {
            return Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw new CelException("no pattern: " + pattern);
        }
    }

    private static String substring(String text, List<Node> arguments, Scope scope) {
        long from = index(arguments.getFirst().value(scope));
        long to = arguments.size() > 1 ? index(arguments.get(1).value(scope)) : text.length();
        if (from < 0 || from > to || to > text.length()) {
            throw new CelException("beyond the end of a text");
        }
        return text.substring((int) from, (int) to);
    }

    private static long index(Object value) {
        if (value instanceof Long index) {
            return index;
        }
        throw new CelException("no whole number");
    }

    private static String text(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw new CelException("no text");
    }

    private static Long size(Object value) {
        return value instanceof String text
                ? (long) text.codePointCount(0, text.length())
                : Operators.items(value).size();
    }

    private static Long whole(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new CelException("no number");
        }
    }

    private static String scheme(Object url) {
        if (url instanceof Url(String scheme)) {
            return scheme;
        }
        throw new CelException("no URL");
    }

    private record Url(String scheme) {}

    private static boolean isIp(String text) {
        return text.indexOf(':') >= 0 || text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    }

    private static Duration duration(String text) {
        Matcher part = DURATION_PART.matcher(text);
        boolean negative = text.startsWith("-");
        int at = negative ? 1 : 0;
        double nanos = 0;
        while (at < text.length() && text.length() <= MAX_DURATION && part.find(at) && part.start() == at) {
            nanos += Double.parseDouble(part.group(1)) * unit(part.group(2));
            at = part.end();
        }
        if (text.isEmpty() || at < text.length()) {
            throw new CelException("no duration");
        }
        return Duration.ofNanos((long) (negative ? -nanos : nanos));
    }

    private static double unit(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
        };
    }
}
