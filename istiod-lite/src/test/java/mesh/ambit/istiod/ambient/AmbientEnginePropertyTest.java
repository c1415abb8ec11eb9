package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever happens in whatever order: what was kept up to date is what would be computed anew. */
class AmbientEnginePropertyTest {
    private static final List<String> CLUSTERS = List.of("", "west", "east");
    private static final List<List<KubeObject>> SCENARIOS = GoldenScenarios.withFile("expected.json").stream()
            .map(GoldenScenarios::objects)
            .toList();

    /** Settings of the mesh, and objects that the recorded states do not have. */
    private static final List<KubeObject> FURTHER = Objects.all("""
            {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "discoverySelectors:\\n- matchExpressions: [{key: team, operator: Exists}]\\n"}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "trustDomain: other\\nserviceScopeConfigs: [{scope: GLOBAL}]\\n"}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "rootNamespace: red\\nserviceEntryVisibility: {defaultVisibility: NAMESPACE}\\n"}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "serviceScopeConfigs: [{scope: GLOBAL, servicesSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}}]"}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: istio-waypoint, labels: {istio.io/waypoint-for: all}, annotations: {ambient.istio.io/waypoint-inbound-binding: PROXY/15088}}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: mixed, labels: {team: a, ambit.mesh/require-waypoint: 'true', istio.io/use-waypoint: gate, istio.io/use-waypoint-canary: other}}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: there}}}
            ---
            {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: found, namespace: istio-system, labels: {topology.istio.io/network: there}}, spec: {gatewayClassName: istio-east-west, listeners: [{name: cross, port: 15008, protocol: HBONE, tls: {mode: Terminate}}]}, status: {addresses: [{type: IPAddress, value: 198.51.100.7}]}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: poison, namespace: mixed}, spec: {clusterIP: 10.0.0.256, selector: {app: mix}}}
            """);

    @Property(tries = 60, seed = "1")
    void keptUpToDateIsWhatWouldBeComputedAnew(@ForAll Random chance) {
        MeshSettings settings = settings(chance);
        List<KubeObject> pool = pool(chance);
        AmbientEngine engine = new AmbientEngine(settings);
        Map<ObjectKey, KubeObject> objects = new HashMap<>();
        MeshState before = MeshState.EMPTY;

        for (int round = 0; round < 12; round++) {
            Map<ObjectKey, KubeObject> present = new TreeMap<>();
            Set<ObjectKey> gone = new HashSet<>();
            String lost = chance.nextInt(6) == 0 ? CLUSTERS.get(1 + chance.nextInt(2)) : "";
            objects.keySet().stream()
                    .filter(key -> !lost.isEmpty() && key.cluster().equals(lost))
                    .forEach(gone::add);
            int events = round == 0 ? pool.size() : 1 + chance.nextInt(chance.nextInt(5) == 0 ? 40 : 3);
            for (int i = 0; i < events; i++) {
                KubeObject object = pool.get(chance.nextInt(pool.size()));
                // Mostly our own.
                String cluster = CLUSTERS.get(Math.max(0, chance.nextInt(6) - 3));
                if (chance.nextInt(4) == 0) {
                    gone.add(object.key().in(cluster));
                    present.remove(object.key().in(cluster));
                } else {
                    KubeObject next = chance.nextBoolean() ? object : altered(object, pool, chance);
                    present.put(next.key().in(cluster), next);
                    gone.remove(next.key().in(cluster));
                }
            }
            objects.keySet().removeAll(gone);
            objects.putAll(present);

            MeshUpdate update = engine.apply(present, gone);
            MeshState after = computed(objects, settings);

            assertThat(engine.state()).isEqualTo(after);
            assertDifference(update, before, after);
            before = after;
        }

        engine.apply(Map.of(), objects.keySet());
        assertThat(engine.state()).isEqualTo(MeshState.EMPTY);
        assertThat(engine.size())
                .as("nothing is held for objects that are gone")
                .isLessThan(30);
    }

    private static MeshState computed(Map<ObjectKey, KubeObject> objects, MeshSettings settings) {
        Map<String, List<KubeObject>> byCluster = new TreeMap<>();
        objects.forEach((key, object) ->
                byCluster.computeIfAbsent(key.cluster(), _ -> new ArrayList<>()).add(object));
        Map<String, ObjectSet> sets = new TreeMap<>();
        byCluster.forEach((cluster, each) -> sets.put(cluster, ObjectSet.of(each)));
        ObjectSet own = sets.remove("");
        return AmbientIndex.compute(own == null ? ObjectSet.EMPTY : own, sets, settings);
    }

    private static void assertDifference(MeshUpdate update, MeshState before, MeshState after) {
        Map<String, MeshResource> addresses = new TreeMap<>(after.addresses());
        addresses
                .entrySet()
                .removeIf(entry -> entry.getValue().equals(before.addresses().get(entry.getKey())));
        assertThat(update.addresses()).containsExactlyElementsOf(addresses.values());
        assertThat(update.removedAddresses())
                .containsExactlyElementsOf(
                        gone(before.addresses().keySet(), after.addresses().keySet()));
        Map<String, Policy> policies = new TreeMap<>(after.authorizations());
        policies.entrySet()
                .removeIf(
                        entry -> entry.getValue().equals(before.authorizations().get(entry.getKey())));
        assertThat(update.policies()).containsExactlyElementsOf(policies.values());
        assertThat(update.removedPolicies())
                .containsExactlyElementsOf(gone(
                        before.authorizations().keySet(), after.authorizations().keySet()));
        assertThat(update.warnings()).containsExactlyElementsOf(gone(after.warnings(), before.warnings()));
    }

    private static List<String> gone(Iterable<String> before, Iterable<String> after) {
        List<String> gone = new ArrayList<>();
        before.forEach(gone::add);
        after.forEach(gone::remove);
        return gone;
    }

    private static MeshSettings settings(Random chance) {
        EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
        for (Feature feature : Feature.values()) {
            int rarely = feature == Feature.MULTI_NETWORK ? 2 : 4;
            if (chance.nextInt(rarely) == 0 ? !feature.byDefault() : feature.byDefault()) {
                features.add(feature);
            }
        }
        return MeshSettings.DEFAULT.withFeatures(features);
    }

    private static List<KubeObject> pool(Random chance) {
        List<KubeObject> pool = new ArrayList<>(FURTHER);
        for (int i = 0; i < 2; i++) {
            pool.addAll(SCENARIOS.get(chance.nextInt(SCENARIOS.size())));
        }
        return pool;
    }

    /** Returns the object with labels, annotations or the age of another one. */
    private static KubeObject altered(KubeObject object, List<KubeObject> pool, Random chance) {
        ObjectMeta meta = object.metadata();
        ObjectMeta other = pool.get(chance.nextInt(pool.size())).metadata();
        ObjectMeta altered = switch (chance.nextInt(3)) {
            case 0 -> meta.withLabels(other.labels());
            case 1 -> meta.withAnnotations(other.annotations());
            default ->
                new ObjectMeta(
                        meta.name(),
                        meta.namespace(),
                        chance.nextBoolean() ? meta.uid() : other.uid(),
                        meta.generateName(),
                        meta.labels(),
                        meta.annotations(),
                        other.creationTimestamp(),
                        chance.nextBoolean() ? null : meta.creationTimestamp(),
                        meta.ownerReferences(),
                        meta.generation());
        };
        return Objects.with(object, altered);
    }
}
