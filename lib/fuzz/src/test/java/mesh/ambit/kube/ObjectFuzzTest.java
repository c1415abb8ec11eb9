package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Whatever tenants write is an object, or has a problem that says what and where. */
@NullMarked
class ObjectFuzzTest {
    private static final List<Kind> KINDS = List.copyOf(EnumSet.allOf(Kind.class));

    @FuzzTest(maxDuration = "30s")
    void anyTextIsObjectsOrProblems(byte[] input) {
        read(new String(input, StandardCharsets.UTF_8));
    }

    /** With the head given, so that what is tried reaches the schema and the rules of a kind; the first byte chooses it. */
    @FuzzTest(maxDuration = "30s")
    void anySpecificationFitsItsSchemaOrHasProblems(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Kind kind = KINDS.get((input[0] & 0xff) % KINDS.size());
        StringBuilder text = new StringBuilder("apiVersion: ");
        String group = ApiNames.group(kind);
        text.append(group.isEmpty() ? "" : group + "/")
                .append(ApiNames.versions(kind).getFirst());
        text.append("\nkind: ").append(kind.text()).append("\nmetadata: {name: a, namespace: b}\nspec:\n");
        String spec = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
        spec.lines().forEach(line -> text.append("  ").append(line).append('\n'));
        read(text.toString());
    }

    private static void read(String text) {
        for (Reading reading : Reading.values()) {
            KubeYaml.Parsed parsed = KubeYaml.parse(text, "f.yaml", reading);
            for (Problem problem : parsed.problems()) {
                assertThat(problem.toString()).isNotBlank();
            }
            assertThat(KubeYaml.parse(text, "f.yaml", reading).problems())
                    .as("read again")
                    .isEqualTo(parsed.problems());
        }
    }

    @FuzzTest(maxDuration = "30s")
    void anyTextIsASpanOfTimeOrNone(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        @Nullable Duration span = Durations.parse(text);
        if (span == null || span.isZero()) {
            return;
        }
        assertThat(span.isNegative()).isEqualTo(text.startsWith("-"));
        assertThat(Durations.parse(String.format(Locale.ROOT, "%dns", span.toNanos())))
                .satisfiesAnyOf(
                        again -> assertThat(again).isEqualTo(span),
                        again -> assertThat(span.abs())
                                .as("more digits than one number may have")
                                .isGreaterThan(Duration.ofNanos(999_999_999_999L)));
    }
}
