package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;

/** Expressions are anybody's text: each is one, or there is a reason why not, and being in a group makes no difference. */
@NullMarked
class RegexesFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyTextIsAnExpressionOrNot(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        String wrong = Regexes.wrong(text);

        assertThat(Regexes.wrong(text)).as("asked again").isEqualTo(wrong);
        boolean roomLeft = text.length() < Regexes.MAX_LENGTH / 2 && !text.contains("{") && !text.contains("\\Q");
        if (wrong.isEmpty() && roomLeft && text.chars().filter(c -> c == '(').count() < 100) {
            assertThat(Regexes.wrong("(?:" + text + ")")).as("in a group").isEmpty();
        }
    }
}
