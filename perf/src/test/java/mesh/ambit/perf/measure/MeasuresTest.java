package mesh.ambit.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuresTest {
    @Test
    void namesAreUnlikeEachOther() {
        assertThat(names(List.of())).doesNotHaveDuplicates().contains("bulk-1-up", "rate", "loop", "connect");
    }

    @Test
    void aWholeNameMeansOneMeasureAndTheBeginningOfSomeMeansThem() {
        assertThat(names(List.of("rate"))).containsExactly("rate");
        assertThat(names(List.of("bulk-8"))).containsExactly("bulk-8-up", "bulk-8-down");
    }

    @Test
    void orderIsThatOfTheMeasuresAndNothingIsDoneTwice() {
        assertThat(names(List.of("connect", "bulk-1-up", "bulk-1")))
                .containsExactly("bulk-1-up", "bulk-1-down", "connect");
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Measures.named(List.of("bul")))
                .withMessageContaining("bul: no such measure")
                .withMessageContaining("bulk-1-up");
    }

    private static List<String> names(List<String> wanted) {
        return Measures.named(wanted).stream().map(Measure::name).toList();
    }
}
