package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import mesh.ambit.kube.Findings.Finding;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private final Findings findings = new Findings();

    @Test
    void whatFollowsFromAMistakeIsNoNews() {
        find("spec.ports[1]");
        find("spec.ports[1]");
        find("spec.ports[1].port");
        find("spec.ports[1][0]");
        find("spec.ports[10]");
        find("spec.portsAndMore");
        find("spec");

        assertThat(findings.all())
                .extracting(Finding::field)
                .containsExactly("spec.ports[1]", "spec.ports[10]", "spec.portsAndMore", "spec");
    }

    @Test
    void aFieldIsFreeOfMistakesWhenNoneIsAtItOrBelow() {
        find("spec.ports[1].name");

        assertThat(findings.isEmptyWithin("spec.ports")).isFalse();
        assertThat(findings.isEmptyWithin("spec.ports[1]")).isFalse();
        assertThat(findings.isEmptyWithin("spec.ports[1].name")).isFalse();
        assertThat(findings.isEmptyWithin("spec.ports[1].na")).isTrue();
        assertThat(findings.isEmptyWithin("spec.port")).isTrue();
        assertThat(findings.isEmptyWithin("spec.ports[1].name.more")).isTrue();
    }

    /** As many as a file has room for; compared each with each they would take an hour. */
    @Test
    void manyMistakesTakeNoLongerEachThanFew() {
        assertTimeoutPreemptively(Duration.ofMinutes(2), () -> {
            for (int i = 0; i < 400_000; i++) {
                find("spec.addresses[" + i + "]");
            }
        });

        assertThat(findings.all()).hasSize(400_000);
    }

    private void find(String field) {
        findings.add(ProblemCode.INVALID_VALUE, 1, 1, field, "is wrong", "");
    }
}
