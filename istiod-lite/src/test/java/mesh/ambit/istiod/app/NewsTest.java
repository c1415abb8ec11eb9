package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.kube.ObjectChanges;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectMeta;
import org.junit.jupiter.api.Test;

class NewsTest {
    @Test
    void changesAreSortedAsTheReferenceCountsThem() {
        KubeObject namespace = new Namespace(ObjectMeta.of("", "shop"));
        ObjectChanges changes = new ObjectChanges(
                Map.of(
                        namespace.key(),
                        namespace,
                        key(Kind.SERVICE, "a"),
                        namespace,
                        key(Kind.SERVICE, "b"),
                        namespace),
                Set.of(key(Kind.SERVICE, "c"), key(Kind.ENDPOINT_SLICE, "d"), key(Kind.POD, "e")));

        assertThat(News.updates(changes)).isEqualTo(Map.of("svc", 2L, "svcdelete", 1L, "eds", 1L, "config", 2L));
    }

    @Test
    void pushesHaveTheReasonsOfTheReference() {
        assertThat(News.triggers(List.of(
                        key(Kind.SERVICE_ENTRY, "a"),
                        key(Kind.ENDPOINT_SLICE, "b"),
                        key(Kind.POD, "c"),
                        key(Kind.POD, "d"),
                        key(Kind.HTTP_ROUTE, "e"),
                        key(Kind.NAMESPACE, "f"))))
                .isEqualTo(Map.of("service", 1L, "endpoint", 1L, "ambient", 2L, "config", 1L, "namespace", 1L));
    }

    private static ObjectKey key(Kind kind, String name) {
        return new ObjectKey(kind, kind.isNamespaced() ? "shop" : "", name);
    }
}
