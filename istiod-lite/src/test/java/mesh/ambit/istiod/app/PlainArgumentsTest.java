package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class PlainArgumentsTest {
    private static final Set<String> FOR_PEOPLE = Set.of("--help", "--version", "--cluster", "--clusterAliases");

    static Stream<String> options() {
        return new CommandLine(new IstiodLiteOptions())
                .getCommandSpec().options().stream().map(OptionSpec::longestName);
    }

    static Stream<String> plain() {
        return options().filter(name -> !FOR_PEOPLE.contains(name));
    }

    @ParameterizedTest
    @MethodSource("plain")
    void everyOptionIsReadAsByTheCommandLine(String name) {
        List<String> one = name.equals("--log_as_json") ? List.of(name) : List.of(name + "=some:value/1");
        List<String> two = name.equals("--log_as_json") ? List.of(name) : List.of(name, "some:value/1");
        IstiodLiteOptions expected = new IstiodLiteOptions();
        new CommandLine(expected).parseArgs(one.toArray(String[]::new));
        assertThat(PlainArguments.read(one)).usingRecursiveComparison().isEqualTo(expected);
        assertThat(PlainArguments.read(two)).usingRecursiveComparison().isEqualTo(expected);
        assertThat(expected).usingRecursiveComparison().isNotEqualTo(new IstiodLiteOptions());
    }

    @Test
    void severalAreReadTogether() {
        List<String> arguments =
                List.of("--node", "a", "--node=b", "--state=/s", "--log_as_json", "--domain", "example.org");
        IstiodLiteOptions expected = new IstiodLiteOptions();
        new CommandLine(expected).parseArgs(arguments.toArray(String[]::new));
        assertThat(PlainArguments.read(arguments)).usingRecursiveComparison().isEqualTo(expected);
        assertThat(new TreeSet<>(expected.nodes)).containsExactly("a", "b");
        assertThat(PlainArguments.read(List.of())).usingRecursiveComparison().isEqualTo(new IstiodLiteOptions());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--folder",
                "--folder=",
                "--folder=a --folder=b",
                "--log_as_json --log_as_json",
                "--state @file",
                "--state --domain",
                "--unknown x",
                "word",
                "--clusterAliases a=b"
            })
    void whatIsNotPlainIsLeftToTheCommandLine(String line) {
        assertThat(PlainArguments.read(List.of(line.split(" ", -1)))).isNull();
    }
}
