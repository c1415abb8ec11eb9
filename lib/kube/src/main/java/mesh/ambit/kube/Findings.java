package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/** What was found wrong with one object while it was read. */
final class Findings {
    private final List<Finding> all = new ArrayList<>();

    /** The fields that have a finding. A hostile text has a million mistakes: none is compared with all others. */
    private final NavigableSet<String> fields = new TreeSet<>();

    /** Something wrong with a field. */
    record Finding(ProblemCode code, int line, int column, String field, String reason, String remedy) {
        Problem in(String file, String object) {
            return new Problem(code, file, line, column, object, field, reason, remedy);
        }
    }

    void add(ProblemCode code, YamlValue at, String field, String reason, String remedy) {
        add(code, at.line(), at.column(), field, reason, remedy);
    }

    /** Adds a finding, unless the field or one around it has one already: what follows from a mistake is no news. */
    void add(ProblemCode code, int line, int column, String field, String reason, String remedy) {
        if (fields.contains(field) || isWithinAFinding(field)) {
            return;
        }
        fields.add(field);
        all.add(new Finding(code, line, column, field, reason, remedy));
    }

    private boolean isWithinAFinding(String field) {
        for (int end = 0; end < field.length(); end++) {
            boolean isName = field.charAt(end) == '.' || field.charAt(end) == '[';
            if (isName && fields.contains(field.substring(0, end))) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether nothing is known about a field or a place below it. */
    boolean isEmptyWithin(String field) {
        return !fields.contains(field) && !hasFieldThatBeginsWith(field + ".") && !hasFieldThatBeginsWith(field + "[");
    }

    private boolean hasFieldThatBeginsWith(String prefix) {
        String first = fields.ceiling(prefix);
        return first != null && first.startsWith(prefix);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<Finding> all() {
        return List.copyOf(all);
    }
}
