package mesh.ambit.kube.cel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CelRuleTest {
    private static final Map<String, Object> SELF = Map.of(
            "name", "web", "port", Long.MAX_VALUE, "items", List.of(Map.of("name", "a"), Map.of("name", "b")), "a", 1L);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self.items.exists_one(i, i.name == 'a') && self.items.all(i, i.name != 'c')",
                "has(self.name) && !has(self.other) || self.other == 1",
                "self.name.matches('^w') ? size(self.items) == 2 : false",
                "self.name.substring(1) == 'eb' && self.name.substring(0, 1) == 'w'",
                "'b' in self.items.filter(i, i.name == 'b')[0].name.split('') || 'a' in ['a']",
                "duration('1h30m') > duration('89m') && int('42') + 1 == 43"
            })
    void whatHolds(String rule) {
        assertThat(CelRule.parse(rule).holds(SELF)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "self.",
                "99999999999999999999 == 1",
                "self.name.startsWith()",
                "self.name.substring(1, 2, 3)",
                "size()",
                "has(self)",
                "'open",
                "self.name.whatever('a')"
            })
    void whatIsNoRule(String rule) {
        assertThatThrownBy(() -> CelRule.parse(rule)).isInstanceOf(CelException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "self.port + self.port > 0",
                "self.name.matches('(')",
                "self.name.substring(self.a, 0) == ''",
                "self.name.substring('a') == ''",
                "self.items[2] == 'a'",
                "self.name > 1",
                "self.name",
                "size(self.a) == 1",
                "url(self.name).getScheme() == ''"
            })
    void whatHasNoAnswer(String rule) {
        assertThatThrownBy(() -> CelRule.parse(rule).holds(SELF)).isInstanceOf(CelException.class);
    }

    @Test
    void whatIsTooDeepOrTooLongIsRefused() {
        assertThatThrownBy(() -> CelRule.parse("(".repeat(500) + "true" + ")".repeat(500)))
                .isInstanceOf(CelException.class)
                .hasMessageContaining("too deep");
        assertThatThrownBy(() -> CelRule.parse("!".repeat(500) + "true")).hasMessageContaining("too deep");
        assertThatThrownBy(() -> CelRule.parse(String.join("+", Collections.nCopies(2_000, "1")) + " == 2000"))
                .hasMessageContaining("words");
        assertThat(CelRule.parse(String.join("+", Collections.nCopies(900, "1")) + " == 900")
                        .holds(SELF))
                .isTrue();
    }

    /** Rules over pairs of a list that is as long as an object can be: no object makes its evaluation take seconds. */
    @Test
    void whatTakesTooLongIsGivenUp() {
        List<Long> many = Collections.nCopies(20_000, 7L);

        assertThatThrownBy(() -> CelRule.parse("self.all(x, !(8 in self))").holds(many))
                .isInstanceOf(CelException.class)
                .hasMessageContaining("too long");
    }
}
