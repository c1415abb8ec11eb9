package mesh.ambit.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    @Test
    void unsetVariablesGiveTheFallback() {
        Environment environment = Environment.of(Map.of());

        assertThat(environment.flag("A", true)).isTrue();
        assertThat(environment.text("A")).isNull();
        assertThat(environment.text("A", "x")).isEqualTo("x");
        assertThat(environment.number("A", 7, 0, 9)).isEqualTo(7);
        environment.throwIfInvalid();
    }

    @Test
    void valuesAreTyped() {
        Environment environment = Environment.of(Map.of(
                "FLAG", "false",
                "TIME", "180s",
                "COUNT", "9",
                "SIZE", "4Mi",
                "FILE", "/run/x"));

        assertThat(environment.flag("FLAG", true)).isFalse();
        assertThat(environment.duration("TIME", Duration.ZERO)).isEqualTo(Duration.ofMinutes(3));
        assertThat(environment.number("COUNT", 1, 0, 9)).isEqualTo(9);
        assertThat(environment.size("SIZE", 1, 0, 1L << 30)).isEqualTo(4L << 20);
        assertThat(environment.path("FILE", Path.of("/"))).isEqualTo(Path.of("/run/x"));
        environment.throwIfInvalid();
    }

    @Test
    void everyWrongValueIsReportedWithNameValueAndReason() {
        Environment environment = Environment.of(Map.of("FLAG", "yes", "COUNT", "10", "TIME", "soon"));

        environment.flag("FLAG", true);
        environment.number("COUNT", 1, 0, 9);
        environment.duration("TIME", Duration.ZERO);
        environment.reject("A excludes B");

        assertThatThrownBy(environment::throwIfInvalid)
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "invalid env var FLAG=yes (not a boolean, expected: true or false)",
                                        "invalid env var COUNT=10 (out of range, expected: 0 to 9)",
                                        "invalid env var TIME=soon (not a duration (expected: for example 24h,"
                                                + " 1h30m, 180s or 100ms))",
                                        "A excludes B"));
    }

    @Test
    void booleansAreExactlyTrueOrFalse() {
        Environment environment = Environment.of(Map.of("A", "True", "B", "1", "C", ""));

        environment.flag("A", true);
        environment.flag("B", true);
        environment.flag("C", true);

        assertThat(environment.problems()).hasSize(3);
    }

    @Test
    void prefixesAreCutOffAndSorted() {
        Environment environment = Environment.of(Map.of("XDS_HEADER_B", "2", "XDS_HEADER_A", "1", "OTHER", "3"));

        assertThat(environment.withPrefix("XDS_HEADER_")).containsExactly(Map.entry("A", "1"), Map.entry("B", "2"));
    }

    @Test
    void aHostAndPortSaysWhatIsWrong() {
        assertThat(HostPort.parse(":15012")).isEqualTo(new HostPort("", 15012));
        assertThat(HostPort.parse("[::]:1").toString()).isEqualTo("[::]:1");
        assertThatThrownBy(() -> HostPort.parse("istiod")).hasMessage("port is missing (expected: host:port)");
        assertThatThrownBy(() -> HostPort.parse("istiod:1x")).hasMessage("port is not a number (expected: host:port)");
        assertThatThrownBy(() -> HostPort.parse("::1:80")).hasMessageContaining("needs brackets");
        assertThatThrownBy(() -> HostPort.parse("a:65536")).hasMessageContaining("65536");
    }

    @Test
    void theVersionNamesTheBuild() {
        assertThat(new AmbitVersion().getVersion())
                .singleElement()
                .asString()
                .matches("ambit \\d.* \\(revision \\w+\\)");
    }
}
