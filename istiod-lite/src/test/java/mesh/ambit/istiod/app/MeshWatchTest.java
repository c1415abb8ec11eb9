package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Reading;
import org.junit.jupiter.api.Test;

/** The settings that two ConfigMaps give a mesh. */
class MeshWatchTest {
    private static final MeshSettings SETTINGS = new MeshSettings(
            "one", "started.test", "cluster.local", "istio-system", "istio-system", "canary", "shared", Set.of());

    private final List<String> told = new ArrayList<>();
    private final MeshWatch watch = new MeshWatch(SETTINGS);

    @Test
    void ownSettingsCountMoreThanSharedOnes() {
        watch.whenChanged(() -> told.add(watch.trustDomain()));
        assertThat(watch.trustDomain()).isEqualTo("started.test");

        put("shared", "{trustDomain: shared.test, discoverySelectors: [{matchLabels: {mesh: a}}]}");
        put("istio-canary", "{trustDomain: own.test}");

        assertThat(told).containsExactly("shared.test", "own.test");
        assertThat(watch.test(Map.of("mesh", "a"))).isTrue();
        assertThat(watch.test(Map.of())).isFalse();
    }

    @Test
    void aListIsTakenWhole() {
        put("shared", "{discoverySelectors: [{matchLabels: {mesh: a}}]}");
        put("istio-canary", "{discoverySelectors: [{matchLabels: {mesh: b}}]}");

        assertThat(watch.test(Map.of("mesh", "a"))).isFalse();
        assertThat(watch.test(Map.of("mesh", "b"))).isTrue();
    }

    @Test
    void whatIsGoneSaysNothing() {
        put("shared", "{trustDomain: shared.test}");
        put("istio-canary", "{trustDomain: own.test}");

        watch.changed(new ObjectChanges(Map.of(), Set.of(SETTINGS.configMaps().getLast())), List.of());

        assertThat(watch.trustDomain()).isEqualTo("shared.test");
    }

    @Test
    void otherConfigMapsSayNothing() {
        put("istio", "{trustDomain: other.test}");

        assertThat(watch.trustDomain()).isEqualTo("started.test");
    }

    @Test
    void networkIsTheLabelOfTheSystemNamespace() {
        watch.whenChanged(() -> told.add(watch.network()));
        assertThat(watch.network()).isEmpty();

        namespace("istio-system", "topology.istio.io/network: one");
        namespace("other", "topology.istio.io/network: two");
        namespace("istio-system", "topology.istio.io/network: one, a: b");
        namespace("istio-system", "a: b");

        assertThat(told).containsExactly("one", "");
    }

    @Test
    void networkGoesWithTheSystemNamespace() {
        namespace("istio-system", "topology.istio.io/network: one");

        watch.changed(
                new ObjectChanges(Map.of(), Set.of(new ObjectKey(Kind.NAMESPACE, "", "istio-system"))), List.of());

        assertThat(watch.network()).isEmpty();
    }

    private void namespace(String name, String labels) {
        put("{apiVersion: v1, kind: Namespace, metadata: {name: " + name + ", labels: {" + labels + "}}}");
    }

    private void put(String name, String mesh) {
        put("{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + ", namespace: istio-system}, data: {mesh: '"
                + mesh + "'}}");
    }

    private void put(String yaml) {
        KubeObject object =
                KubeYaml.parse(yaml, "test", Reading.CHECKED).objects().getFirst();
        watch.changed(new ObjectChanges(Map.of(object.key(), object), Set.of()), List.of());
    }
}
