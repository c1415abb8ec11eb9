package mesh.ambit.istiod.derive;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {
    private final Graph graph = new Graph();
    private final Fact<String, Integer> number = Fact.named("number");
    private final List<String> ran = new ArrayList<>();

    /** Even or odd: many numbers give the same. */
    private final Rule<String, Boolean> even = Rule.of("even", (view, key) -> {
        ran.add("even " + key);
        Integer value = view.get(number, key);
        return value == null ? null : value % 2 == 0;
    });

    private final Rule<String, String> word = Rule.of("word", (view, key) -> {
        ran.add("word " + key);
        Boolean isEven = view.get(even, key);
        return isEven == null ? null : isEven ? "even" : "odd";
    });

    @Test
    void aChangeRunsOnlyWhatReadIt() {
        graph.set(number, "a", 1);
        graph.set(number, "b", 2);
        graph.want(word, "a");
        graph.want(word, "b");
        assertThat(after(graph.refresh())).containsExactly("odd", "even");
        ran.clear();

        graph.set(number, "a", 4);

        assertThat(graph.refresh()).singleElement().satisfies(change -> {
            assertThat(change.before()).isEqualTo("odd");
            assertThat(change.after()).isEqualTo("even");
        });
        assertThat(ran).containsExactly("even a", "word a");
    }

    @Test
    void whatComesOutTheSameEndsTheChange() {
        graph.set(number, "a", 1);
        graph.want(word, "a");
        graph.refresh();
        ran.clear();

        graph.set(number, "a", 3);

        assertThat(graph.refresh()).isEmpty();
        assertThat(ran).containsExactly("even a");
    }

    @Test
    void whatWasNotThereIsReadToo() {
        graph.want(word, "a");
        assertThat(after(graph.refresh())).containsExactly((Object) null);

        graph.set(number, "a", 1);
        assertThat(after(graph.refresh())).containsExactly("odd");

        graph.set(number, "a", null);
        assertThat(before(graph.refresh())).containsExactly("odd");
    }

    @Test
    void whatARuleHasJustReadIsNotForgottenByWhatItReadsNext() {
        Rule<String, Integer> kept = Rule.of("kept", (view, key) -> view.get(number, "kept"));
        Rule<String, Integer> giver = Rule.of("giver", (view, key) -> {
            Integer reads = view.get(number, "giver reads");
            return reads != null && reads == 1 ? view.get(kept, "") : reads;
        });
        Rule<String, Integer> taker = Rule.of("taker", (view, key) -> {
            Integer reads = view.get(number, "taker reads");
            Integer value = reads != null && reads == 1 ? view.get(kept, "") : null;
            view.get(giver, "");
            return value;
        });
        graph.set(number, "kept", 10);
        graph.set(number, "giver reads", 1);
        graph.want(taker, "");
        graph.refresh();

        // The last reader of the one gives it up while the next reader already holds it.
        graph.set(number, "giver reads", 0);
        graph.set(number, "taker reads", 1);
        assertThat(after(graph.refresh())).containsExactly(10);
        graph.set(number, "kept", 11);

        assertThat(after(graph.refresh())).containsExactly(11);
    }

    @Test
    void readsMayDifferFromRunToRun() {
        Rule<String, Integer> choice = Rule.of("choice", (view, key) -> {
            ran.add("choice");
            Integer which = view.get(number, "which");
            return view.get(number, which == null || which == 0 ? "a" : "b");
        });
        graph.set(number, "a", 10);
        graph.set(number, "b", 20);
        graph.want(choice, "");
        graph.refresh();
        graph.set(number, "which", 1);
        assertThat(after(graph.refresh())).containsExactly(20);
        ran.clear();

        graph.set(number, "a", 11);

        assertThat(graph.refresh()).isEmpty();
        assertThat(ran).as("it reads b now").isEmpty();
    }

    @Test
    void whatNobodyWantsIsForgotten() {
        graph.set(number, "a", 1);
        graph.want(word, "a");
        graph.refresh();
        assertThat(graph.size()).isEqualTo(3);

        graph.release(word, "a");
        assertThat(graph.size()).as("the fact is still one").isEqualTo(1);

        graph.set(number, "a", null);
        assertThat(graph.size()).isZero();
    }

    @Test
    void oneFailureLeavesTheOthersAlone() {
        Rule<String, Integer> inverse = Rule.of("inverse", (view, key) -> {
            Integer value = view.get(number, key);
            return 12 / (value == null ? 1 : value);
        });
        Rule<String, Integer> sum = Rule.of("sum", (view, key) -> {
            Integer one = view.get(inverse, key);
            return one == null ? 0 : one + 1;
        });
        graph.set(number, "bad", 0);
        graph.set(number, "good", 4);
        graph.want(sum, "bad");
        graph.want(sum, "good");

        List<Graph.Change<?, ?>> changes = graph.refresh();

        assertThat(after(changes)).containsExactly(null, 4);
        assertThat(changes.getFirst().error()).hasRootCauseInstanceOf(ArithmeticException.class);

        graph.set(number, "bad", 2);
        assertThat(graph.refresh()).singleElement().satisfies(change -> {
            assertThat(change.error()).isNull();
            assertThat(change.after()).isEqualTo(7);
        });
    }

    @Test
    void whatLeadsARuleTooDeepIsAFailureOfThatRuleOnly() {
        Rule<String, Integer> deep = Rule.of("deep", (view, key) -> {
            Integer value = view.get(number, key);
            return value == null ? null : depth(value);
        });
        graph.set(number, "bad", Integer.MAX_VALUE);
        graph.set(number, "good", 4);
        graph.want(deep, "bad");
        graph.want(deep, "good");

        List<Graph.Change<?, ?>> changes = graph.refresh();

        assertThat(after(changes)).containsExactly(null, 4);
        assertThat(changes.getFirst().error()).hasRootCauseInstanceOf(StackOverflowError.class);
        graph.set(number, "bad", 2);
        assertThat(after(graph.refresh())).containsExactly(2);
    }

    private static int depth(int levels) {
        return levels == 0 ? 0 : 1 + depth(levels - 1);
    }

    @Test
    void manyReadersOfOneValueComeAndGo() {
        graph.set(number, "shared", 0);
        Rule<Integer, Integer> plus = Rule.of("plus", (view, key) -> {
            Integer shared = view.get(number, "shared");
            return shared == null ? null : key + shared;
        });
        for (int i = 0; i < 1000; i++) {
            graph.want(plus, i);
        }
        graph.refresh();
        for (int i = 0; i < 990; i++) {
            graph.release(plus, i);
        }

        graph.set(number, "shared", 1);

        assertThat(after(graph.refresh())).containsExactlyInAnyOrder(991, 992, 993, 994, 995, 996, 997, 998, 999, 1000);
    }

    @Test
    void aRuleThatNeedsItselfIsAMistake() {
        List<Rule<String, String>> self = new ArrayList<>();
        self.add(Rule.of("self", (view, key) -> view.get(self.getFirst(), key)));
        graph.want(self.getFirst(), "x");

        assertThat(graph.refresh())
                .singleElement()
                .satisfies(change -> assertThat(change.error()).hasMessageContaining("self x"));
        assertThat(graph.refresh()).isEmpty();
    }

    private static List<Object> after(List<Graph.Change<?, ?>> changes) {
        List<Object> values = new ArrayList<>();
        changes.forEach(change -> values.add(change.after()));
        return values;
    }

    private static List<Object> before(List<Graph.Change<?, ?>> changes) {
        List<Object> values = new ArrayList<>();
        changes.forEach(change -> values.add(change.before()));
        return values;
    }
}
