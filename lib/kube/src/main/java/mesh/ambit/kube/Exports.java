package mesh.ambit.kube;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What upstream's admission webhook refuses in the namespaces that an object is for. */
final class Exports {
    private static final String OWN = ".";
    private static final String ALL = "*";
    private static final String NOBODY = "~";

    private Exports() {}

    /**
     * Checks the values of a field exportTo.
     *
     * @param own namespace of the object
     * @param mayHide whether it may be for nobody at all
     */
    static void check(Fields spec, String own, List<String> exports, boolean mayHide) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < exports.size(); i++) {
            String namespace = exports.get(i).equals(OWN) ? own : exports.get(i);
            boolean isOne = namespace.equals(ALL) || (mayHide && namespace.equals(NOBODY)) || Hosts.isLabel(namespace);
            if (!isOne || !seen.add(namespace)) {
                spec.foundItem(
                        ProblemCode.INVALID_NAME,
                        "exportTo",
                        i,
                        "\"" + exports.get(i) + "\" " + (isOne ? "is there twice" : "is no namespace"),
                        "expected . or * or ~ or the name of a namespace");
            }
        }
        if (exports.size() > 1 && (exports.contains(ALL) || exports.contains(NOBODY))) {
            spec.found(
                    ProblemCode.CONFLICTING_FIELDS,
                    "exportTo",
                    "everybody, or nobody, stands beside others",
                    "use * or ~ alone");
        }
    }
}
