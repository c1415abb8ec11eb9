package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainYamlTest {
    @Test
    void valuesAreThoseOfJava() throws IOException {
        assertThat(PlainYaml.mapping("a: [1, 0x10, '1', 1.5, true, x]\nb: {c: null}\n"))
                .containsEntry(
                        "a",
                        Arrays.asList(BigInteger.ONE, BigInteger.valueOf(16), "1", new BigDecimal("1.5"), true, "x"))
                .containsEntry("b", Collections.singletonMap("c", null));
        assertThat(PlainYaml.mapping("# nothing")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'a: [', line",
        "'[a]', a mapping",
        "'a: 1\n---\nb: 2', holds 2 documents",
        "'a: .inf', no number",
        "x, a mapping"
    })
    void whatIsNoMappingSaysWhy(String text, String reason) {
        assertThatThrownBy(() -> PlainYaml.mapping(text.replace("\\n", "\n")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(reason);
    }

    /** Reading it would take minutes. */
    @ParameterizedTest
    @CsvSource({"1,''", "0x1,''", "0.1,''", "1,.5"})
    void numberIsAsLongAsAnybodyNeeds(String beginning, String end) {
        assertThatThrownBy(() -> PlainYaml.mapping("a: " + beginning + "1".repeat(1_000_000) + end))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("line 1: a number of 1000");
    }

    @Test
    void aliasesCannotMakeATextGrow() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            text.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        assertThatThrownBy(() -> PlainYaml.mapping(text.toString())).isInstanceOf(IOException.class);
    }
}
