package mesh.ambit.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CommandTest {
    @Test
    void inputGoesInAndOutputComesOut() {
        assertThat(Command.of("cat").withInput("words\n").require()).isEqualTo("words\n");
    }

    @Test
    void failureIsReportedWithWhatTheToolSaid() {
        assertThatThrownBy(() ->
                        Command.of("sh", "-c", "echo no such thing >&2; exit 3").require())
                .isInstanceOf(CommandException.class)
                .hasMessageEndingWith("failed with 3: no such thing");
    }

    @Test
    void outputAndErrorsAreKeptApart() {
        assertThat(Command.of("sh", "-c", "echo out; echo err >&2").run())
                .isEqualTo(new Command.Result(0, "out\n", "err\n"));
    }

    @Test
    void toolThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Command.of("ambit-no-such-tool").run())
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("ambit-no-such-tool cannot be run");
    }

    @Test
    void toolThatDoesNotEndIsGivenUp() {
        assertThatThrownBy(() ->
                        Command.of("sleep", "600").within(Duration.ofMillis(50)).run())
                .isInstanceOf(CommandException.class)
                .hasMessage("sleep 600 did not end within PT0.05S");
    }

    @Test
    void toolThatReadsNothingIsGivenUpToo() {
        String moreThanAPipeHolds = "x".repeat(1 << 20);

        assertThatThrownBy(() -> Command.of("sleep", "600")
                        .withInput(moreThanAPipeHolds)
                        .within(Duration.ofMillis(50))
                        .run())
                .isInstanceOf(CommandException.class)
                .hasMessage("sleep 600 did not end within PT0.05S");
    }
}
