package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.LabelSelector;
import mesh.ambit.kube.MeshConfig;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the whole mesh: what the controller was started with, and over it what an object says.
 *
 * @param warning what is wrong with that object; null when nothing is
 */
record Mesh(
        MeshSettings settings, MeshConfig config, @Nullable String warning) {
    Mesh {
        requireNonNull(settings, "settings");
        requireNonNull(config, "config");
    }

    static Mesh of(MeshSettings started, MeshConfig config, @Nullable String warning) {
        String root = config.rootNamespace();
        String trustDomain = config.trustDomain();
        MeshSettings settings = new MeshSettings(
                started.clusterId(),
                trustDomain == null ? started.trustDomain() : trustDomain,
                started.domainSuffix(),
                root == null ? started.rootNamespace() : root,
                started.systemNamespace(),
                started.revision(),
                started.sharedConfig(),
                started.features());
        return new Mesh(settings, config, warning);
    }

    boolean has(Feature feature) {
        return settings.has(feature);
    }

    /** Returns whether objects in namespaces with these labels are looked at. */
    boolean discovers(Map<String, String> namespaceLabels) {
        List<LabelSelector> selectors = config.discoverySelectors();
        return selectors.isEmpty() || selectors.stream().anyMatch(selector -> selector.matches(namespaceLabels));
    }

    /** Returns who sees the ServiceEntries of namespaces with these labels. */
    EntryVisibility visibility(Map<String, String> namespaceLabels) {
        for (MeshConfig.VisibilityRule rule : config.visibilities()) {
            if (rule.namespaces().stream().allMatch(selector -> selector.matches(namespaceLabels))) {
                return rule.visibility();
            }
        }
        return config.defaultVisibility();
    }

    /** Returns whether a Service with these labels, in a namespace with those, is shared with other networks. */
    boolean isGlobal(Map<String, String> serviceLabels, Map<String, String> namespaceLabels) {
        return config.scopes().stream()
                .anyMatch(scope -> scope.global()
                        && scope.namespaces().matches(namespaceLabels)
                        && scope.services().matches(serviceLabels));
    }
}
