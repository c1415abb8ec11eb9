package mesh.ambit.kube;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Annotations that upstream's admission webhook looks at. */
final class Annotations {
    /** Asks for a policy to be tried, and not to be enforced. */
    static final String DRY_RUN = "istio.io/dry-run";

    /** Upstream's controllers trust those that they write themselves, so nobody else may. */
    private static final List<String> INTERNAL = List.of(
            "internal.istio.io/webhook-always-reject",
            "internal.istio.io/parents",
            "internal.istio.io/parent-namespace");

    private static final Set<String> FLAGS =
            Set.of("1", "t", "T", "true", "True", "TRUE", "0", "f", "F", "false", "False", "FALSE");

    private Annotations() {}

    /** Checks the annotations of an object of Istio. */
    static void check(Fields metadata, Kind kind, Map<String, String> annotations) {
        String dryRun = annotations.get(DRY_RUN);
        if (dryRun != null && kind != Kind.AUTHORIZATION_POLICY) {
            found(metadata, ProblemCode.CONFLICTING_FIELDS, DRY_RUN, "only an AuthorizationPolicy can be tried");
        } else if (dryRun != null && !FLAGS.contains(dryRun)) {
            metadata.foundEntry(
                    ProblemCode.INVALID_VALUE,
                    "annotations",
                    DRY_RUN,
                    "\"" + dryRun + "\" is neither true nor false",
                    "write true or false, in quotes");
        }
        for (String name : INTERNAL) {
            if (annotations.containsKey(name)) {
                found(metadata, ProblemCode.INVALID_VALUE, name, "is not for objects that people write");
            }
        }
    }

    private static void found(Fields metadata, ProblemCode code, String name, String reason) {
        metadata.foundEntry(code, "annotations", name, reason, "remove it");
    }
}
