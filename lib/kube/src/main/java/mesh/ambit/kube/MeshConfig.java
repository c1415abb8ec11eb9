package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the whole mesh as an object carries them, as far as they are used.
 *
 * @param rootNamespace null when not given
 * @param trustDomain null when not given
 * @param scopes which services are shared with other clusters
 * @param defaultVisibility of ServiceEntries that no policy names
 * @param visibilities the first whose rules all match counts
 * @param visibilityGiven whether anything is said of who sees ServiceEntries
 * @param discoverySelectors the namespaces that are looked at; all when there is no selector
 */
public record MeshConfig(
        @Nullable String rootNamespace,
        @Nullable String trustDomain,
        List<ScopeRule> scopes,
        EntryVisibility defaultVisibility,
        List<VisibilityRule> visibilities,
        boolean visibilityGiven,
        List<LabelSelector> discoverySelectors) {
    /** Nothing is said. */
    public static final MeshConfig DEFAULT =
            new MeshConfig(null, null, List.of(), EntryVisibility.PUBLIC, List.of(), false, List.of());

    public MeshConfig {
        scopes = List.copyOf(scopes);
        requireNonNull(defaultVisibility, "defaultVisibility");
        visibilities = List.copyOf(visibilities);
        discoverySelectors = List.copyOf(discoverySelectors);
    }

    /** Services that share a scope; a selector that is not given selects everything. */
    public record ScopeRule(LabelSelector namespaces, LabelSelector services, boolean global) {
        public ScopeRule {
            requireNonNull(namespaces, "namespaces");
            requireNonNull(services, "services");
        }
    }

    /** Who sees a ServiceEntry. */
    public enum EntryVisibility {
        PUBLIC,
        NAMESPACE,
        NONE
    }

    /**
     * Namespaces whose ServiceEntries have a visibility.
     *
     * @param namespaces all must match; none matches every namespace
     */
    public record VisibilityRule(EntryVisibility visibility, List<LabelSelector> namespaces) {
        public VisibilityRule {
            requireNonNull(visibility, "visibility");
            namespaces = List.copyOf(namespaces);
        }
    }

    /** What a text says, and what is wrong with it. */
    public record Parsed(MeshConfig config, List<Problem> problems) {
        public Parsed {
            problems = List.copyOf(problems);
        }
    }

    /** Reads the settings from the text of an object; {@code file} is what problems call it. */
    public static Parsed parse(String text, String file) {
        return parse(List.of(text), file);
    }

    /**
     * Reads the settings from several texts. A field that a later one has counts as that one says it, the whole of it; a
     * text that cannot be read counts for nothing, and the problems say so.
     */
    public static Parsed parse(List<String> texts, String file) {
        return MeshConfigReader.read(texts, file);
    }
}
