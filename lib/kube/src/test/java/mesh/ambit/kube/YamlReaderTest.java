package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import mesh.ambit.kube.YamlValue.Sequence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlReaderTest {
    @Test
    void everyValueKnowsItsPlace() throws YamlProblem {
        Mapping document = mapping("a:\n  b:\n  - x\n  - y: 1\n");

        Mapping a = (Mapping) child(document, "a");
        Sequence b = (Sequence) child(a, "b");
        Mapping second = (Mapping) b.items().get(1);
        assertThat(second.line()).isEqualTo(4);
        assertThat(second.column()).isEqualTo(5);
        assertThat(second.entries().get("y")).isEqualTo(new Scalar("1", ScalarType.INTEGER, 4, 8));
        assertThat(a.keys().get("b")).isEqualTo(new YamlValue.Position(2, 3));
    }

    @ParameterizedTest
    @CsvSource({
        "true, BOOLEAN", "False, BOOLEAN", "yes, TEXT", "'\"true\"', TEXT", "12, INTEGER", "-1, INTEGER",
                "0x1f, INTEGER",
        "1.5, DECIMAL", "1e3, DECIMAL", "10.0.0.1, TEXT", "~, NULL", "null, NULL", "2026-11-21, TEXT", "'!!str 5', TEXT"
    })
    void scalarsAreWhatYamlTakesThemFor(String text, ScalarType type) throws YamlProblem {
        assertThat(((Scalar) child(mapping("a: " + text), "a")).type()).isEqualTo(type);
    }

    @Test
    void documentsThatAreEmptyAreLeftOut() throws YamlProblem {
        assertThat(YamlReader.read("---\n---\na: 1\n---\n# only a comment\n---\nb: 2\n...\n"))
                .hasSize(2);
        assertThat(YamlReader.read("")).isEmpty();
    }

    @Test
    void jsonIsYaml() throws YamlProblem {
        Mapping document = mapping("{\"a\": [1, \"two\", {\"b\": null}]}");

        assertThat(document.find("a"))
                .isInstanceOfSatisfying(
                        Sequence.class, list -> assertThat(list.items()).hasSize(3));
    }

    @Test
    void aliasesAndMergeKeysAreResolved() throws YamlProblem {
        Mapping document = mapping("base: &base {x: 1, y: 2}\nother: *base\nmerged:\n  <<: *base\n  y: 3\n");

        Mapping merged = (Mapping) child(document, "merged");
        assertThat(document.entries().get("other")).isEqualTo(document.entries().get("base"));
        assertThat(text(merged, "x")).isEqualTo("1");
        assertThat(text(merged, "y")).isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: [1, 2",
                "a: 1\n b: 2",
                "a: 1\na: 2",
                "a: &x [*x]",
                "a: *nowhere",
                "a: {<<: 5}",
                "[1]: 2",
                "a: \u0001",
                "a: \"\\q\"",
                "\t- a",
                "%YAML 9.9 9\n---\na: 1",
                "}"
            })
    void brokenTextIsASyntaxProblem(String text) {
        YamlProblem problem = catchThrowableOfType(YamlProblem.class, () -> YamlReader.read(text));

        assertThat(problem).isNotNull();
        assertThat(problem.in("f.yaml").code()).isEqualTo(ProblemCode.SYNTAX);
        assertThat(problem.in("f.yaml").reason()).isNotEmpty().doesNotContain("\n");
    }

    @Test
    void syntaxProblemsSayWhere() {
        YamlProblem problem =
                catchThrowableOfType(YamlProblem.class, () -> YamlReader.read("kind: Pod\nmetadata:\n  name: [x\n"));

        assertThat(problem.in("f.yaml").line()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void deepNestingIsRefused() {
        for (String text : List.of("[".repeat(100_000), "- ".repeat(5_000) + "x", "{a: ".repeat(100_000))) {
            YamlProblem problem = catchThrowableOfType(YamlProblem.class, () -> YamlReader.read(text));
            assertThat(problem.in("f.yaml").code()).isEqualTo(ProblemCode.TOO_LARGE);
        }
    }

    @Test
    void nestingThroughAliasesCountsToo() {
        StringBuilder text = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 200; i++) {
            text.append("a%d: &a%d [*a%d]%n".formatted(i, i, i - 1));
        }

        YamlProblem problem = catchThrowableOfType(YamlProblem.class, () -> YamlReader.read(text.toString()));

        assertThat(problem.in("f.yaml").code()).isEqualTo(ProblemCode.TOO_LARGE);
    }

    @Test
    void aliasesThatMultiplyAreRefused() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            text.append("a%d: &a%d [".formatted(i, i))
                    .append("*a%d, ".formatted(i - 1).repeat(9))
                    .append("x]\n");
        }

        YamlProblem problem = catchThrowableOfType(YamlProblem.class, () -> YamlReader.read(text.toString()));

        assertThat(problem.in("f.yaml").code()).isEqualTo(ProblemCode.TOO_LARGE);
    }

    private static Mapping mapping(String text) throws YamlProblem {
        return (Mapping) YamlReader.read(text).getFirst();
    }

    private static String text(Mapping mapping, String key) {
        return ((Scalar) child(mapping, key)).text();
    }

    private static YamlValue child(Mapping mapping, String key) {
        return requireNonNull(mapping.entries().get(key));
    }
}
