package mesh.ambit.kube;

import java.util.List;
import java.util.regex.Pattern;

/** Paths of policies in which {@code {*}} stands for one segment and {@code {**}} for the rest. */
final class PathTemplates {
    private static final String ONE = "{*}";
    private static final String REST = "{**}";

    /** What RFC 3986 lets stand in a segment. */
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9-._~%!$&'()+,;:@=]*");

    private PathTemplates() {}

    static void check(Fields fields, String name, List<String> paths) {
        for (int i = 0; i < paths.size(); i++) {
            String reason = wrong(paths.get(i));
            if (!reason.isEmpty()) {
                fields.foundItem(
                        ProblemCode.INVALID_VALUE,
                        name,
                        i,
                        "\"" + paths.get(i) + "\": " + reason,
                        "expected for example /a/{*}/b or /a/{**}");
            }
        }
    }

    private static String wrong(String path) {
        boolean isTemplate = path.contains(ONE) || path.contains(REST);
        boolean rest = false;
        for (String segment : path.split("/", -1)) {
            boolean operator = segment.equals(ONE) || segment.equals(REST);
            if (operator && rest) {
                return REST + " is not the last operator";
            }
            rest |= segment.equals(REST);
            if (!operator && (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0)) {
                return "braces stand for whole segments only";
            }
            if (!operator && isTemplate && !SEGMENT.matcher(segment).matches()) {
                return "\"" + segment + "\" cannot stand in a template";
            }
        }
        return "";
    }
}
