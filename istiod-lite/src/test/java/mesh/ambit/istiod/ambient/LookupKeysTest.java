package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** The keys that compare themselves: like ones are one key, and each component tells two apart. */
class LookupKeysTest {
    static final List<List<Object>> KEYS = List.of(
            List.of(
                    new ObjectKey(Kind.POD, "shop", "web", "west"),
                    new ObjectKey(Kind.SERVICE, "shop", "web", "west"),
                    new ObjectKey(Kind.POD, "other", "web", "west"),
                    new ObjectKey(Kind.POD, "shop", "other", "west"),
                    new ObjectKey(Kind.POD, "shop", "web", "other")),
            List.of(
                    new SelectorTerm("west", "shop", "app", "web"),
                    new SelectorTerm("other", "shop", "app", "web"),
                    new SelectorTerm("west", "other", "app", "web"),
                    new SelectorTerm("west", "shop", "other", "web"),
                    new SelectorTerm("west", "shop", "app", "other")),
            List.of(
                    new PodRef("west", "shop", "web", "1"),
                    new PodRef("other", "shop", "web", "1"),
                    new PodRef("west", "other", "web", "1"),
                    new PodRef("west", "shop", "other", "1"),
                    new PodRef("west", "shop", "web", "2")));

    static final List<List<Object>> TWINS = List.of(
            List.of(
                    new ObjectKey(Kind.POD, "shop", "web", "west"),
                    new ObjectKey(Kind.POD, "shop", text("web"), "west")),
            List.of(
                    new SelectorTerm("west", "shop", "app", "web"),
                    new SelectorTerm("west", "shop", "app", text("web"))),
            List.of(new PodRef("west", "shop", "web", "1"), new PodRef("west", "shop", text("web"), "1")));

    @ParameterizedTest
    @FieldSource("KEYS")
    void eachComponentTellsTwoApart(List<Object> keys) {
        assertThat(keys).doesNotHaveDuplicates();
        assertThat(keys.stream().map(Object::hashCode)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @FieldSource("TWINS")
    void equalComponentsAreOneKey(List<Object> twins) {
        assertThat(twins.getFirst())
                .isNotSameAs(twins.getLast())
                .isEqualTo(twins.getLast())
                .hasSameHashCodeAs(twins.getLast());
        assertThat(twins.getFirst()).isNotEqualTo(null).isNotEqualTo("web");
    }

    /** An equal string that is another object. */
    private static String text(String of) {
        return String.valueOf(of.toCharArray());
    }
}
