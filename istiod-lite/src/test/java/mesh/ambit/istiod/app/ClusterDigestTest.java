package mesh.ambit.istiod.app;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.Node;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.Pod;
import org.junit.jupiter.api.Test;

class ClusterDigestTest {
    private static final ObjectKey WEB = new ObjectKey(Kind.POD, "shop", "web-1");

    private final ClusterDigest digest = new ClusterDigest();

    @Test
    void whoRunsWhereFollowsThePods() {
        put(pod("web-1", "a", "Running"));
        put(pod("web-2", "a", "Running"));
        assertThat(digest.runs("shop", "web", "a")).isTrue();
        assertThat(digest.nodes()).containsExactly("a");

        put(pod("web-1", "b", "Running"));
        assertThat(digest.runs("shop", "web", "a"))
                .as("the other is still there")
                .isTrue();
        assertThat(digest.runs("shop", "web", "b")).isTrue();
        assertThat(requireNonNull(digest.pod("shop", "web-1")).node()).isEqualTo("b");

        digest.apply(new ObjectChanges(Map.of(), Set.of(WEB)));
        assertThat(digest.runs("shop", "web", "b")).isFalse();
        assertThat(digest.pod("shop", "web-1")).isNull();
        assertThat(digest.nodes()).containsExactly("a");
    }

    @Test
    void podsThatFailedDoNotCountAndThoseThatSucceededDo() {
        put(pod("web-1", "a", "Failed"));
        assertThat(digest.runs("shop", "web", "a")).isFalse();
        assertThat(digest.pod("shop", "web-1")).isNotNull();

        put(pod("web-1", "a", "Succeeded"));
        assertThat(digest.runs("shop", "web", "a")).isTrue();
    }

    @Test
    void nodesAreThoseThatAreDeclaredOrHavePods() {
        put(new Node(ObjectMeta.of("", "a")));
        put(new Node(ObjectMeta.of("", "a")));
        put(pod("web-1", "a", "Running"));
        put(pod("web-2", "", "Pending"));

        digest.apply(new ObjectChanges(Map.of(), Set.of(new ObjectKey(Kind.NODE, "", "a"))));
        assertThat(digest.nodes()).containsExactly("a");

        digest.apply(new ObjectChanges(Map.of(), Set.of(WEB)));
        assertThat(digest.nodes()).isEmpty();
    }

    private void put(KubeObject object) {
        digest.apply(new ObjectChanges(Map.of(object.key(), object), Set.of()));
    }

    private static Pod pod(String name, String node, String phase) {
        return new Pod(
                ObjectMeta.of("shop", name),
                "web",
                node,
                false,
                List.of(),
                List.of(),
                new Pod.Status(phase, "", List.of(), false));
    }
}
