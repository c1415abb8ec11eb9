package mesh.ambit.kube.cel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CelSyntaxTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "response.code >= 400",
                "a.`b-c`.d == 1e5",
                "a ? b : c ? d : e",
                "[,] + {,} + [-9223372036854775808, 18446744073709551615u]",
                "!!a && --b < -1 || a == b != c",
                "xds.cluster_name.matches('a.*') // what for\n && has(a.b.c)",
                "request.headers['x'] in [1, 2u, 0x1F, 1.5e3, .5, null,]",
                "{'a': 1, \"b\": [[]],}.size() % 2 == 0",
                "a.B{c: d, e: f} == .g.h()",
                "b'x' + br\"\\\" + r'\\d' + '''a\n'b''' + \"\"\"\"x\"\"\" + '\\u00e9\\x41\\101'",
                "[1, 2].map(x, x * x).exists(y, y > 3)",
            })
    void anExpressionIsOne(String text) {
        assertThat(CelSyntax.wrong(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "(",
                "a b",
                "1 +",
                "a.",
                "a..b",
                "a ? b",
                "f(,)",
                "f(a,)",
                "[,1]",
                "[1].all(1, b)",
                "9223372036854775808",
                "{a}",
                "{a: }",
                "'a",
                "'a\nb'",
                "'\\d'",
                "a = b",
                "a & b",
                "if",
                "a && in",
                "has(a)",
                "has(a.b, c.d)",
                "a[",
                "a[]",
                "é",
                "#",
                "! -a",
                "a.b{c d}",
                "true{}",
                "a // b\n c"
            })
    void somethingElseIsNone(String text) {
        assertThat(CelSyntax.wrong(text)).isNotEmpty();
    }

    @Test
    void largeTextsAreReadInTheirTimeOrRefused() {
        assertThat(CelSyntax.wrong("(".repeat(50_000))).contains("deep");
        assertThat(CelSyntax.wrong("[".repeat(50_000) + "]".repeat(50_000))).contains("deep");
        assertThat(CelSyntax.wrong("a" + ".a".repeat(40_000))).isEmpty();
        assertThat(CelSyntax.wrong("-".repeat(90_000) + "a")).isEmpty();
        assertThat(CelSyntax.wrong("a" + "+a".repeat(50_000))).contains("longer");
        assertThat(CelSyntax.wrong("'" + "\\n".repeat(40_000) + "'")).isEmpty();
        assertThat(CelSyntax.wrong(" ".repeat(90_000) + "a")).isEmpty();
    }
}
