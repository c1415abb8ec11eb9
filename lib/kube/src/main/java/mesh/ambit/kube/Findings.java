package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.List;

/** What was found wrong with one object while it was read. */
final class Findings {
    private final List<Finding> all = new ArrayList<>();

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
        boolean follows = all.stream()
                .map(Finding::field)
                .anyMatch(
                        known -> field.equals(known) || field.startsWith(known + ".") || field.startsWith(known + "["));
        if (follows) {
            return;
        }
        all.add(new Finding(code, line, column, field, reason, remedy));
    }

    /** Returns whether nothing is known about a field or a place below it. */
    boolean isEmptyWithin(String field) {
        return all.stream()
                .map(Finding::field)
                .noneMatch(
                        known -> known.equals(field) || known.startsWith(field + ".") || known.startsWith(field + "["));
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    List<Finding> all() {
        return List.copyOf(all);
    }
}
