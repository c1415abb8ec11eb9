package mesh.ambit.istiod.ambient;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import mesh.ambit.istiod.derive.DerivationException;
import mesh.ambit.istiod.derive.Graph;
import mesh.ambit.istiod.derive.Graph.Change;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import org.jspecify.annotations.Nullable;

/**
 * The mesh that objects describe, kept up to date while they change: a change costs what depends on it, whatever the
 * size of the mesh. After any series of changes the state is the one that {@link AmbientIndex#compute} finds for the
 * objects that are there.
 *
 * <p>An object that cannot be computed is left out with a warning, and nothing else with it. One thread.
 */
public final class AmbientEngine {
    private final Graph graph = new Graph();
    private final Facts facts;
    private final AmbientRules rules;
    private final Outputs outputs;
    private final Claims<MeshResource> addresses = new Claims<>();
    private final Claims<Policy> policies = new Claims<>();
    private final SortedMap<ObjectKey, List<String>> warnings = new TreeMap<>();
    private final boolean hasOthers;
    private MeshSettings settings;

    /** Creates one that knows of no object. */
    public AmbientEngine(MeshSettings settings) {
        this.facts = new Facts(graph, settings.domainSuffix());
        this.rules = new AmbientRules(settings);
        this.outputs = new Outputs(rules);
        this.settings = settings;
        this.hasOthers = settings.has(Feature.MULTI_NETWORK);
        graph.want(rules.mesh, "");
        graph.want(outputs.ofMesh, "");
        graph.want(outputs.ofPeers, "");
    }

    /**
     * Adds or replaces {@code present}, objects of our own cluster, takes away the objects of the keys {@code gone}, and
     * returns what that changes.
     */
    public MeshUpdate apply(Collection<? extends KubeObject> present, Collection<ObjectKey> gone) {
        Map<ObjectKey, KubeObject> byKey = new HashMap<>();
        present.forEach(object -> byKey.put(object.key(), object));
        return apply(byKey, gone);
    }

    /**
     * Adds or replaces {@code present}, takes away the objects of the keys {@code gone}, and returns what that changes.
     * Objects of other clusters count only with {@link Feature#MULTI_NETWORK}, and of them only those that are shared.
     */
    public MeshUpdate apply(Map<ObjectKey, ? extends KubeObject> present, Collection<ObjectKey> gone) {
        for (ObjectKey key : gone) {
            put(key, null);
        }
        present.forEach(this::put);
        Map<ObjectKey, List<String>> before = new HashMap<>();
        for (List<Change<?, ?>> changes = graph.refresh(); !changes.isEmpty(); changes = graph.refresh()) {
            for (Change<?, ?> change : changes) {
                take(change, before);
            }
        }
        gone.forEach(this::forget);
        return update(before);
    }

    private void put(ObjectKey key, @Nullable KubeObject object) {
        if (!Facts.areOf(key.kind()) || !(key.isOwn() || (hasOthers && Facts.areShared(key.kind())))) {
            return;
        }
        KubeObject former = graph.find(Facts.OBJECT, key);
        if (object == null ? former == null : object.equals(former)) {
            return;
        }
        facts.replace(key, former, object);
        if (Outputs.has(key.kind())) {
            graph.want(outputs.ofObject, key);
            if (key.kind() == Kind.SERVICE) {
                graph.want(outputs.ofObject, key.in(""));
            }
        } else if (key.kind() == Kind.PEER_AUTHENTICATION) {
            graph.want(outputs.ofPeers, key.namespace());
        }
    }

    private void take(Change<?, ?> change, Map<ObjectKey, List<String>> warningsBefore) {
        if (change.rule() == rules.mesh) {
            settings = change.after() instanceof Mesh mesh ? mesh.settings() : settings;
            return;
        }
        ObjectKey source = source(change);
        Output before = change.before() instanceof Output output ? output : Output.NOTHING;
        Output after = change.after() instanceof Output output ? output : Output.NOTHING;
        DerivationException error = change.error();
        List<String> said = error == null ? after.warnings() : List.of(source + " is left out: " + reason(error));

        move(addresses, source, byName(before), byName(after));
        move(policies, source, policiesByName(before), policiesByName(after));
        facts.replaceAbroad(before.abroad(), after.abroad());
        List<String> saidBefore = said.isEmpty() ? warnings.remove(source) : warnings.put(source, said);
        warningsBefore.putIfAbsent(source, saidBefore == null ? List.of() : saidBefore);
    }

    /** Asks no longer what an object adds that is gone. */
    private void forget(ObjectKey key) {
        if (!isThere(key)) {
            graph.release(outputs.ofObject, key);
        }
        if (!key.isOwn() && !isThere(key.in(""))) {
            graph.release(outputs.ofObject, key.in(""));
        }
        if (key.kind() == Kind.PEER_AUTHENTICATION && graph.find(Facts.PEERS, key.namespace()) == null) {
            graph.release(outputs.ofPeers, key.namespace());
        }
    }

    /** Returns whether there is the object, or one of another cluster that is told under its name. */
    private boolean isThere(ObjectKey key) {
        return graph.find(Facts.OBJECT, key) != null || graph.find(Facts.COPIES, key) != null;
    }

    private ObjectKey source(Change<?, ?> change) {
        if (change.key() instanceof ObjectKey key) {
            return key;
        }
        Kind kind = change.rule() == outputs.ofPeers ? Kind.PEER_AUTHENTICATION : Kind.CONFIG_MAP;
        return new ObjectKey(kind, change.key().toString(), "");
    }

    private static String reason(DerivationException error) {
        Throwable cause = error.getCause();
        return "computing it failed (" + (cause == null ? error.getMessage() : cause) + ")";
    }

    private static Map<String, MeshResource> byName(Output output) {
        Map<String, MeshResource> byName = new TreeMap<>();
        output.addresses().forEach(resource -> byName.put(resource.resourceName(), resource));
        return byName;
    }

    private static Map<String, Policy> policiesByName(Output output) {
        Map<String, Policy> byName = new TreeMap<>();
        output.policies().forEach(policy -> byName.put(policy.key(), policy));
        return byName;
    }

    private static <R> void move(Claims<R> claims, ObjectKey source, Map<String, R> before, Map<String, R> after) {
        for (String name : before.keySet()) {
            if (!after.containsKey(name)) {
                claims.remove(name, source);
            }
        }
        after.forEach((name, resource) -> {
            if (!resource.equals(before.get(name))) {
                claims.put(name, source, resource);
            }
        });
    }

    private MeshUpdate update(Map<ObjectKey, List<String>> warningsBefore) {
        Set<String> said = new HashSet<>();
        Set<String> says = new TreeSet<>();
        warningsBefore.forEach((source, sentences) -> {
            said.addAll(sentences);
            says.addAll(warnings.getOrDefault(source, List.of()));
        });
        boolean warned = !says.equals(said);
        says.removeAll(said);
        List<MeshResource> changed = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        addresses.publish((_, resource) -> changed.add(resource), removed::add);
        List<Policy> changedPolicies = new ArrayList<>();
        List<String> removedPolicies = new ArrayList<>();
        policies.publish((_, policy) -> changedPolicies.add(policy), removedPolicies::add);
        changed.sort(Comparator.comparing(MeshResource::resourceName));
        removed.sort(null);
        changedPolicies.sort(Comparator.comparing(Policy::key));
        removedPolicies.sort(null);
        return new MeshUpdate(changed, removed, changedPolicies, removedPolicies, List.copyOf(says), warned);
    }

    /** Returns what is left out or taken otherwise than written at the moment, one sentence each, sorted. */
    public List<String> warnings() {
        TreeSet<String> all = new TreeSet<>();
        warnings.values().forEach(all::addAll);
        return List.copyOf(all);
    }

    /** Returns everything that clients may ask for at the moment. Copies all of it. */
    public MeshState state() {
        NavigableMap<String, MeshResource> resources = new TreeMap<>();
        addresses.resources().forEach(resources::put);
        NavigableMap<String, Policy> authorizations = new TreeMap<>();
        policies.resources().forEach(authorizations::put);
        return new MeshState(resources, authorizations, warnings());
    }

    /** Returns what holds for the whole mesh at the moment, by what the engine was created with and by objects. */
    public MeshSettings settings() {
        return settings;
    }

    /** Hands every object of our own cluster that is there to {@code action}, in no order. */
    public void forEachObject(Consumer<KubeObject> action) {
        graph.forEach(Facts.OBJECT, (key, object) -> {
            if (key.isOwn()) {
                action.accept(object);
            }
        });
    }

    /** Returns how many steps of the computation ran so far. */
    long steps() {
        return graph.runs();
    }

    /** Returns how many values are held. */
    int size() {
        return graph.size();
    }
}
