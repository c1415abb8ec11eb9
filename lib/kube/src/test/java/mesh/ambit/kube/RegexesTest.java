package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each of the three engines takes was tried with RE2 for C++, Go's regexp and RE2/J on 100,000 random expressions. */
class RegexesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a|",
                "web-[0-9]+",
                "^a$",
                ".*",
                "a*?b+?c??",
                "a{2}",
                "a{2,}b{2,5}?",
                "a{1000}",
                "(a{10}){100}",
                "{",
                "a{,3}",
                "a{01}",
                "a{x}",
                "x{2",
                "(a)(?:b)(?i:c)(?i)d(?-s)e(?i-m:f)",
                "(?P<one>a)(?P<two_2>b)",
                "[]a]",
                "[^]]",
                "[a-z-]",
                "[-a]",
                "[\\w.-]",
                "[[:alpha:]_]",
                "[[:^digit:]]",
                "[\\d-z]",
                "[a&&b]",
                "\\d\\D\\s\\S\\w\\W",
                "\\bfoo\\b",
                "\\Afoo\\z",
                "\\pL\\p{Lu}\\P{Greek}\\p{^Han}",
                "\\x41\\x{10FFFF}",
                "\\0\\07\\12",
                "\\.\\-\\_\\/",
                "\\a\\f\\n\\r\\t\\v",
                "\\Qa*(\\Eb",
                "\\Qrest(",
                "é😀",
                "[é-ü]",
                "}",
                "]",
                "^*",
                "(|a)*"
            })
    void isTakenByEveryEngine(String expression) {
        assertThat(Regexes.wrong(expression)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*a",
                "a|+",
                "(?i)*",
                "a**",
                "a{2}{3}",
                "a+*",
                "a++",
                "a*+",
                "{{2}",
                "a{3,2}",
                "a{1001}",
                "a{99999999999}",
                "(a{100}){100}",
                "((a{20}){20}){20}",
                "(",
                ")",
                "a)",
                "(?",
                "(?P<x",
                "(?P<>a)",
                "(?P<x>a)(?P<x>b)",
                "(?<x>a)",
                "(?=a)",
                "(?!a)",
                "(?<=a)",
                "(?>a)",
                "(?#a)",
                "(?x)a",
                "(?-)",
                "(?-:a)",
                "[",
                "[]",
                "[^]",
                "[a",
                "[z-a]",
                "[a-\\d]",
                "[\\b]",
                "[[:foo:]]",
                "\\",
                "\\1",
                "\\8",
                "\\Z",
                "\\G",
                "\\e",
                "\\cA",
                "\\h",
                "\\R",
                "\\X",
                "\\C",
                "\\u0041",
                "\\N",
                "\\k<x>",
                "\\x",
                "\\x4",
                "\\x{}",
                "\\x{110000}",
                "\\p",
                "\\p{",
                "\\p{Lower}",
                "\\p{IsGreek}",
                "\\p{Kawi}",
                "\\pX",
                "\\p{L}{1000}"
            })
    void isNotTakenBySomeEngine(String expression) {
        assertThat(Regexes.wrong(expression)).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a{1001},repeats more than 1000 times",
        "(a{100}){100},repeats more than 1000 times",
        "a**,repeats a repetition"
    })
    void saysWhatIsWrong(String expression, String reason) {
        assertThat(Regexes.wrong(expression)).startsWith(reason);
    }

    @Test
    void hasAnEnd() {
        assertThat(Regexes.wrong("a".repeat(1024))).isEmpty();
        assertThat(Regexes.wrong("a".repeat(1025))).isNotEmpty();
        assertThat(Regexes.wrong("(".repeat(1024))).isEqualTo("nests too deeply");
        assertThat(Regexes.wrong(".{1000}".repeat(4))).isEmpty();
        assertThat(Regexes.wrong(".{1000}".repeat(100))).isEqualTo("is too large a program for RE2");
    }

    @Test
    void neverFails() {
        Random random = new Random(1);
        String spice = "a\\\\((()[[]{}?*+|^$.-:,=!<>P12xpdLQE&é\ud83d\ude00";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder expression = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                expression.append(spice.charAt(random.nextInt(spice.length())));
            }
            assertThat(Regexes.wrong(expression.toString()))
                    .as(expression.toString())
                    .isNotNull();
        }
    }
}
