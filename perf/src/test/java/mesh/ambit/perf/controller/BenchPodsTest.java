package mesh.ambit.perf.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchPodsTest {
    /** The second of them is a multiple of the stride. */
    @ParameterizedTest
    @ValueSource(ints = {300, 7919, 3})
    void everyReplacementTakesAPodThatIsThereAndPutsOneThatIsNew(int count) {
        BenchPods pods = new BenchPods(count);
        Set<String> present = new HashSet<>();
        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < count; i++) {
            present.add(pods.at(i).name());
            addresses.add(pods.at(i).address());
        }

        // A short series and longer ones, as when the bench warms up.
        for (int series : new int[] {count / 3, count, 2 * count}) {
            for (int turn = 0; turn < series; turn++) {
                BenchPods.Replacement replacement = pods.replace(turn);

                assertThat(present.remove(replacement.old().name()))
                        .as("%s was there", replacement.old())
                        .isTrue();
                assertThat(present.add(replacement.fresh().name())).isTrue();
                assertThat(addresses.add(replacement.fresh().address())).isTrue();
            }
        }
        assertThat(present).hasSize(count);
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 7919})
    void aSeriesComesBackToAPodOnlyAfterAllOthers(int count) {
        BenchPods pods = new BenchPods(count);
        Set<Integer> replaced = new HashSet<>();

        for (int turn = 0; turn < count; turn++) {
            replaced.add(pods.replace(turn).old().index());
        }

        assertThat(replaced).hasSize(count);
    }
}
