package mesh.ambit.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FormParametersTest {
    @Test
    void valuesKeepTheirOrder() {
        assertThat(FormParameters.of("a=1&b&a=2&&=x"))
                .isEqualTo(Map.of("a", List.of("1", "2"), "b", List.of(""), "", List.of("x")));
        assertThat(FormParameters.of("")).isEmpty();
    }

    @Test
    void escapesAreReadAndWhatIsNoneStays() {
        assertThat(FormParameters.of("a%20b=c+d%2Ce=f")).isEqualTo(Map.of("a b", List.of("c d,e=f")));
        assertThat(FormParameters.of("a=%zz&b=%&c=%4"))
                .isEqualTo(Map.of("a", List.of("%zz"), "b", List.of("%"), "c", List.of("%4")));
    }

    @Test
    void aSemicolonIsPartOfAValue() {
        assertThat(FormParameters.of("level=debug;x")).isEqualTo(Map.of("level", List.of("debug;x")));
    }

    @Test
    void whatIsNoUtf8IsReplaced() {
        assertThat(FormParameters.of("a=%ff&b=%C3%BC&c=\u00c3\u00bc"))
                .isEqualTo(Map.of("a", List.of("\ufffd"), "b", List.of("\u00fc"), "c", List.of("\u00fc")));
    }
}
