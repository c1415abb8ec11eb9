package mesh.ambit.istiod.kube;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whose an object is in a cluster with several revisions, by the rule of the reference: its own label {@code istio.io/rev}
 * says so, or else that of its namespace. The label names a revision, or a tag of one. Where there is none, it is the
 * default revision's: that of the name {@code default}, the one with the tag of this name, or, without such a tag, the one
 * whose objects are validated by default. Pure.
 *
 * @param revision ours
 * @param services labels of the Services that note tags
 * @param webhooks labels of the webhook configurations that note tags, by name
 * @param validator labels of the configuration by which objects are validated by default; null if there is none
 */
record Revisions(
        String revision,
        List<Map<String, String>> services,
        Map<String, Map<String, String>> webhooks,
        @Nullable Map<String, String> validator) {
    static final String PREFIX = "istio.io/";
    static final String REVISION = "istio.io/rev";
    static final String TAG = "istio.io/tag";

    private static final String DEFAULT = "default";
    private static final String DEFAULT_TAG = "istio-revision-tag-default";

    Revisions {
        services = List.copyOf(services);
        webhooks = Map.copyOf(webhooks);
    }

    /**
     * Returns whether an object is ours.
     *
     * @param labels of the object
     * @param namespace labels of its namespace; null where that is not known, which makes it ours
     */
    boolean isMine(Map<String, String> labels, @Nullable Map<String, String> namespace) {
        String named = labels.get(REVISION);
        if (named == null) {
            if (namespace == null) {
                return true;
            }
            named = namespace.getOrDefault(REVISION, "");
        }
        return isCalled(named) || (named.isEmpty() && isDefault());
    }

    private boolean isDefault() {
        // Of two that disagree the tag counts.
        boolean validates =
                validator != null && validator.getOrDefault(REVISION, "").equals(revision);
        return isCalled(DEFAULT) || (validates && !webhooks.containsKey(DEFAULT_TAG));
    }

    private boolean isCalled(String name) {
        return name.equals(revision) || (!revision.isEmpty() && isTag(name));
    }

    private boolean isTag(String name) {
        return Stream.of(services, webhooks.values())
                .flatMap(Collection::stream)
                .anyMatch(each -> name.equals(each.get(TAG)) && revision.equals(each.get(REVISION)));
    }
}
