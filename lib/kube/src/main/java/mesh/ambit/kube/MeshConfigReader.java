package mesh.ambit.kube;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.MeshConfig.Parsed;
import mesh.ambit.kube.MeshConfig.ScopeRule;
import mesh.ambit.kube.MeshConfig.VisibilityRule;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the settings of the mesh. A text with a mistake anywhere counts for nothing, as a whole. Selectors are no part of
 * that: one that means nothing takes away what it was for.
 */
final class MeshConfigReader {
    private final Findings findings = new Findings();

    private MeshConfigReader() {}

    static Parsed read(List<String> texts, String file) {
        List<Problem> problems = new ArrayList<>();
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        Map<String, YamlValue.Position> keys = new LinkedHashMap<>();
        for (String text : texts) {
            try {
                switch (first(YamlReader.readOld(text))) {
                    case null -> {}
                    case Mapping mapping -> {
                        Findings wrong = new Findings();
                        Mapping settings = MeshConfigShape.normal(mapping, wrong);
                        MeshConfigChecks.check(new Fields(settings, "", wrong, Spelling.STRICT));
                        wrong.all().forEach(finding -> problems.add(finding.in(file, "")));
                        if (wrong.isEmpty()) {
                            entries.putAll(settings.entries());
                            keys.putAll(settings.keys());
                        }
                    }
                    case YamlValue at ->
                        problems.add(new Problem(
                                ProblemCode.WRONG_TYPE,
                                file,
                                at.line(),
                                at.column(),
                                "",
                                "",
                                at.description() + " stands where the settings of a mesh belong",
                                ""));
                }
            } catch (YamlProblem e) {
                problems.add(e.in(file));
            }
        }
        MeshConfigReader reader = new MeshConfigReader();
        MeshConfig config =
                reader.config(new Fields(new Mapping(entries, keys, 1, 1), "", reader.findings, Spelling.STRICT));
        reader.findings.all().forEach(finding -> problems.add(finding.in(file, "")));
        return new Parsed(config, problems);
    }

    private static @Nullable YamlValue first(List<YamlValue> documents) {
        return documents.isEmpty() || (documents.getFirst() instanceof Scalar scalar && isNull(scalar))
                ? null
                : documents.getFirst();
    }

    private static boolean isNull(Scalar scalar) {
        return scalar.type() == ScalarType.NULL;
    }

    private MeshConfig config(Fields mesh) {
        List<ScopeRule> scopes = new ArrayList<>();
        for (Fields scope : mesh.children("serviceScopeConfigs")) {
            LabelSelector namespaces = selectorOrEverything(scope, "namespaceSelector");
            LabelSelector services = selectorOrEverything(scope, "servicesSelector");
            if (namespaces != null && services != null) {
                scopes.add(
                        new ScopeRule(namespaces, services, scope.text("scope").equals("GLOBAL")));
            }
        }
        List<LabelSelector> discovery = new ArrayList<>();
        boolean discovers = true;
        for (Fields each : mesh.children("discoverySelectors")) {
            LabelSelector selector = selector(each);
            discovers &= selector != null;
            if (selector != null) {
                discovery.add(selector);
            }
        }
        Fields visibility = mesh.childOrEmpty("serviceEntryVisibility");
        return new MeshConfig(
                emptyToNull(mesh.text("rootNamespace")),
                emptyToNull(mesh.text("trustDomain")),
                scopes,
                visibility(visibility, "defaultVisibility"),
                rules(visibility),
                mesh.has("serviceEntryVisibility"),
                discovers ? discovery : List.of());
    }

    private List<VisibilityRule> rules(Fields visibility) {
        List<VisibilityRule> rules = new ArrayList<>();
        for (Fields policy : visibility.children("policies")) {
            List<LabelSelector> namespaces = new ArrayList<>();
            boolean understood = true;
            for (Fields rule : policy.children("matchingRules")) {
                Fields child = rule.child("namespaceSelector");
                LabelSelector selector = child == null ? null : selector(child);
                if (selector == null) {
                    // A rule of a sort that is not known, or of no meaning, matches nothing, and the policy with it.
                    understood = false;
                } else {
                    namespaces.add(selector);
                }
            }
            if (understood) {
                rules.add(new VisibilityRule(visibility(policy, "visibility"), namespaces));
            }
        }
        return rules;
    }

    private static EntryVisibility visibility(Fields fields, String name) {
        String text = fields.text(name);
        if (text.isEmpty() || text.equals("VISIBILITY_UNSPECIFIED")) {
            return EntryVisibility.PUBLIC;
        }
        for (EntryVisibility visibility : EntryVisibility.values()) {
            if (visibility.name().equals(text)) {
                return visibility;
            }
        }
        fields.found(
                ProblemCode.INVALID_VALUE,
                name,
                "\"" + text + "\" is no visibility",
                "expected one of PUBLIC, NAMESPACE, NONE");
        return EntryVisibility.PUBLIC;
    }

    private static @Nullable LabelSelector selectorOrEverything(Fields fields, String name) {
        Fields selector = fields.child(name);
        return selector == null ? LabelSelector.EVERYTHING : selector(selector);
    }

    /** Returns a selector, null when it means nothing. */
    private static @Nullable LabelSelector selector(Fields fields) {
        Findings wrong = new Findings();
        LabelSelector selector = Selectors.read(fields.with(wrong));
        return wrong.isEmpty() && Checks.isMeaningful(selector) ? selector : null;
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
