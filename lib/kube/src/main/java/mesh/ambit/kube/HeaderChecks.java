package mesh.ambit.kube;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import mesh.ambit.kube.VirtualService.HeaderMaps;
import mesh.ambit.kube.VirtualService.HeaderOperations;
import org.jspecify.annotations.Nullable;

/** What upstream's admission webhook refuses in the names and values of headers. */
final class HeaderChecks {
    /** What the name of a match begins with that is about a claim of a token, not about a header. */
    private static final String CLAIM = "@request.auth.claims";

    private static final Pattern NAME = Pattern.compile("[-!#$%&'*+.^_`|~A-Za-z0-9]+");
    private static final Pattern PLAIN_NAME = Pattern.compile("[-_A-Za-z0-9]+");
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0A-\\x1F\\x7F]");
    private static final Set<String> PSEUDO = Set.of(":method", ":scheme", ":authority", ":path", ":status");

    private HeaderChecks() {}

    /** Returns whether a match of this name is about a claim of a token. */
    static boolean isClaim(String name) {
        if (!name.toLowerCase(Locale.ROOT).startsWith(CLAIM)) {
            return false;
        }
        String claim = name.substring(CLAIM.length());
        return (claim.startsWith(".") && claim.length() > 1)
                || (claim.startsWith("[") && claim.endsWith("]") && claim.length() > 2);
    }

    /** Returns whether a request can be matched by a header, or what stands for one, of this name. */
    static boolean isMatchable(String name) {
        return isClaim(name) || PSEUDO.contains(name) || NAME.matcher(name).matches();
    }

    /** Returns whether a text is the name of a header, or an asterisk for all. */
    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Returns whether a text is the name of a header without any sign but hyphen and underscore. */
    static boolean isPlainName(String name) {
        return PLAIN_NAME.matcher(name).matches();
    }

    /**
     * Checks the changes of a rule.
     *
     * @param authority to which requests are rewritten besides; empty for none
     */
    static void operations(Fields fields, HeaderOperations read, String authority) {
        changes(fields, read);
        boolean written = !authority.isEmpty();
        for (Map<String, String> map :
                List.of(read.request().set(), read.request().add())) {
            for (Map.Entry<String, String> header : map.entrySet()) {
                if (isAuthority(header.getKey()) && written) {
                    fields.found(
                            ProblemCode.CONFLICTING_FIELDS,
                            "headers",
                            "the authority is written more than once",
                            "keep one");
                }
                written |= isAuthority(header.getKey()) && !header.getValue().isEmpty();
            }
        }
    }

    /** Checks the changes in the field {@code headers}. */
    static void changes(Fields fields, HeaderOperations read) {
        Fields headers = fields.childOrEmpty("headers");
        maps(headers.childOrEmpty("request"), read.request(), true);
        maps(headers.childOrEmpty("response"), read.response(), false);
    }

    private static void maps(Fields fields, HeaderMaps maps, boolean request) {
        changed(fields, "set", maps.set(), request);
        changed(fields, "add", maps.add(), request);
        for (int i = 0; i < maps.remove().size(); i++) {
            String wrong = wrongName(maps.remove().get(i), false);
            if (wrong != null) {
                fields.foundItem(ProblemCode.INVALID_NAME, "remove", i, wrong, "");
            }
        }
    }

    private static void changed(Fields fields, String field, Map<String, String> headers, boolean request) {
        headers.forEach((name, value) -> {
            String wrong = wrongName(name, request);
            if (wrong != null) {
                fields.foundEntry(ProblemCode.INVALID_NAME, field, name, wrong, "");
            } else if (CONTROL.matcher(value).find() || !HeaderFormat.isSound(value)) {
                fields.foundEntry(
                        ProblemCode.INVALID_VALUE,
                        field,
                        name,
                        "the value holds a control character, or a % that begins no command",
                        "write %% for a percent sign");
            }
        });
    }

    private static @Nullable String wrongName(String name, boolean mayBeAuthority) {
        if (name.isEmpty()) {
            return "a header has no name";
        }
        boolean internal = name.startsWith(":") || name.equalsIgnoreCase("host");
        return internal && !(mayBeAuthority && isAuthority(name)) ? "\"" + name + "\" cannot be changed" : null;
    }

    private static boolean isAuthority(String name) {
        return name.equalsIgnoreCase("host") || name.equalsIgnoreCase(":authority");
    }
}
