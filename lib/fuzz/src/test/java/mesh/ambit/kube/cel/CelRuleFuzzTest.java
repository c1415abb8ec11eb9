package mesh.ambit.kube.cel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/** Rules come with definitions and what they are asked about from anybody: there is an answer, or a reason for none. */
@NullMarked
class CelRuleFuzzTest {
    private static final List<Object> VALUES = List.of(
            "a text, 10.0.0.1",
            "1h30m",
            42L,
            -1.5,
            true,
            List.of("a", "b", 1L, Map.of()),
            Map.of("name", "x", "port", Long.MAX_VALUE, "items", List.of(Map.of("name", "y"), Map.of())),
            Map.of());

    @FuzzTest(maxDuration = "30s")
    void anyRuleIsReadAndAnswersOrIsRefused(byte[] input) {
        CelRule rule;
        try {
            rule = CelRule.parse(new String(input, StandardCharsets.UTF_8));
        } catch (CelException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        for (Object value : VALUES) {
            try {
                boolean holds = rule.holds(value);
                assertThat(rule.holds(value)).as("asked again").isEqualTo(holds);
            } catch (CelException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
