package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.kube.LabelSelector.Operator;
import mesh.ambit.kube.LabelSelector.Requirement;
import org.jspecify.annotations.Nullable;

/** Reads label selectors. */
final class Selectors {
    private Selectors() {}

    static LabelSelector read(Fields selector) {
        List<Requirement> requirements = new ArrayList<>();
        for (Fields expression : selector.children("matchExpressions")) {
            Operator operator = operator(expression.text("operator"));
            if (operator == null) {
                expression.found(
                        ProblemCode.INVALID_VALUE,
                        "operator",
                        "\"" + expression.text("operator") + "\" is no operator",
                        "expected one of In, NotIn, Exists, DoesNotExist");
            } else {
                requirements.add(new Requirement(expression.text("key"), operator, expression.textList("values")));
            }
        }
        return new LabelSelector(selector.texts("matchLabels"), requirements);
    }

    private static @Nullable Operator operator(String text) {
        for (Operator operator : Operator.values()) {
            if (operator.text().equals(text)) {
                return operator;
            }
        }
        return null;
    }
}
