package mesh.ambit.istiod.ambient;

import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.derive.Fact;
import mesh.ambit.istiod.derive.Graph;
import mesh.ambit.istiod.derive.Graph.Change;
import mesh.ambit.istiod.derive.Rule;
import mesh.ambit.istiod.derive.View;
import mesh.ambit.kube.AuthorizationPolicy;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.MeshConfig.EntryVisibility;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Route;
import mesh.ambit.kube.Service;
import mesh.ambit.kube.ServiceEntry;
import mesh.ambit.kube.WorkloadEntry;
import mesh.ambit.model.PersistentMap;
import org.jspecify.annotations.Nullable;

/**
 * What objects are to be told of themselves in their status, kept up to date while objects change: by the rules by which
 * the mesh is computed, so that a status says what is. A change costs what depends on it. One thread.
 */
public final class StandingEngine {
    /** Grants by the namespace that they are of. */
    static final Fact<String, PersistentMap<ObjectKey, Boolean>> GRANTS = Fact.named("grants by namespace");

    /** Kinds whose objects have a status that we write. */
    private static final Set<Kind> JUDGED = EnumSet.of(
            Kind.SERVICE,
            Kind.SERVICE_ENTRY,
            Kind.WORKLOAD_ENTRY,
            Kind.AUTHORIZATION_POLICY,
            Kind.HTTP_ROUTE,
            Kind.GRPC_ROUTE,
            Kind.TLS_ROUTE,
            Kind.TCP_ROUTE);

    /** Kinds that a standing follows from beside those. */
    private static final Set<Kind> READ =
            EnumSet.of(Kind.NAMESPACE, Kind.GATEWAY, Kind.GATEWAY_CLASS, Kind.CONFIG_MAP, Kind.REFERENCE_GRANT);

    private final Graph graph = new Graph();
    private final Facts facts;
    private final AmbientRules rules;
    private final Rule<ObjectKey, Standing> standing = Rule.of("standing", this::standing);

    /** Creates one that knows of no object. */
    public StandingEngine(MeshSettings settings) {
        this.facts = new Facts(graph, settings.domainSuffix());
        this.rules = new AmbientRules(settings);
    }

    /** Returns whether objects of this kind have a standing. */
    public static boolean judges(Kind kind) {
        return JUDGED.contains(kind);
    }

    /** Returns whether the standing of any object follows from objects of this kind. */
    public static boolean reads(Kind kind) {
        return judges(kind) || READ.contains(kind);
    }

    /**
     * Adds or replaces {@code present}, takes away {@code gone}, and returns the standings that are other than before. An
     * object that is not ours to judge has none: it is of another revision, or of a namespace that is not looked at.
     */
    public Map<ObjectKey, Standing> apply(Collection<? extends KubeObject> present, Collection<ObjectKey> gone) {
        gone.forEach(key -> put(key, null));
        present.forEach(object -> put(object.key(), object));
        Map<ObjectKey, Standing> changed = new HashMap<>();
        for (Change<?, ?> change : graph.refresh()) {
            if (change.rule() == standing && change.key() instanceof ObjectKey key) {
                if (change.after() instanceof Standing after) {
                    changed.put(key, after);
                } else if (change.before() != null) {
                    changed.put(key, Standing.FAREWELL);
                }
            }
        }
        for (ObjectKey key : gone) {
            if (judges(key.kind()) && graph.find(Facts.OBJECT, key) == null) {
                graph.release(standing, key);
                changed.remove(key);
            }
        }
        return changed;
    }

    private void put(ObjectKey key, @Nullable KubeObject object) {
        Kind kind = key.kind();
        if (!reads(kind)) {
            return;
        }
        KubeObject former = graph.find(Facts.OBJECT, key);
        if (object == null ? former == null : object.equals(former)) {
            return;
        }
        if (Facts.areOf(kind)) {
            facts.replace(key, former, object);
        } else {
            graph.set(Facts.OBJECT, key, object);
        }
        if (kind == Kind.REFERENCE_GRANT) {
            PersistentMap<ObjectKey, Boolean> grants = graph.find(GRANTS, key.namespace());
            PersistentMap<ObjectKey, Boolean> known = grants == null ? PersistentMap.empty() : grants;
            graph.set(GRANTS, key.namespace(), object == null ? known.without(key) : known.with(key, Boolean.TRUE));
        }
        if (judges(kind)) {
            graph.want(standing, key);
        }
    }

    private @Nullable Standing standing(View view, ObjectKey key) {
        MeshReader reader = new MeshReader(view, rules);
        return switch (reader.visible(KubeObject.class, key)) {
            // Nobody is told of those that are only a name.
            case Service service when service.isExternalName() -> Standing.NOTHING;
            case Service service ->
                Standing.of(WaypointStandings.ofService(reader, service.metadata(), EntryVisibility.PUBLIC));
            case ServiceEntry entry -> new Standing(WaypointStandings.ofEntry(reader, entry), List.of());
            case WorkloadEntry entry -> Standing.of(WaypointStandings.ofWorkload(reader, entry));
            case AuthorizationPolicy policy -> new Standing(PolicyStandings.of(view, reader, rules, policy), List.of());
            case Route route -> RouteStandings.of(view, reader, route);
            case null, default -> null;
        };
    }
}
