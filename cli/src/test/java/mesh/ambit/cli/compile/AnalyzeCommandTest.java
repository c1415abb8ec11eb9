package mesh.ambit.cli.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mesh.ambit.cli.terminal.Terminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class AnalyzeCommandTest {
    private static final String WRONG = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, "
            + "metadata: {name: wrong, namespace: shop}, spec: {action: DENY}}\n";
    private static final String ODD = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, "
            + "metadata: {name: odd, namespace: shop}, spec: {action: AUDIT, rules: [{}]}}\n";

    private String out = "";

    @TempDir
    Path folder;

    @Test
    void findingsHavePlaceObjectFieldReasonRemedyAndCode() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), ODD + "---\n" + WRONG);

        assertThat(run()).isEqualTo(1);

        assertThat(out.lines())
                .satisfiesExactly(
                        error -> assertThat(error)
                                .startsWith("error: " + folder.resolve("a.yaml") + ":3:")
                                .contains("AuthorizationPolicy shop/wrong: spec.rules: ", " (write a rule")
                                .endsWith(" [NO_EFFECT]"),
                        warning -> assertThat(warning)
                                .startsWith("warning: AuthorizationPolicy shop/odd: spec.action: is not enforced")
                                .endsWith(" [NOT_ENFORCED]"),
                        summary -> assertThat(summary).isEqualTo("1 error, 1 warning"));
    }

    @Test
    void programsReadThemToo() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), ODD + "---\n" + WRONG);

        assertThat(run("-o", "json")).isEqualTo(1);

        JsonArray findings = JsonParser.parseString(out).getAsJsonObject().getAsJsonArray("findings");
        JsonObject first = findings.get(0).getAsJsonObject();
        assertThat(first.keySet())
                .containsExactly("code", "column", "field", "file", "line", "object", "reason", "remedy", "severity");
        assertThat(first.get("line").getAsInt()).isEqualTo(3);
        assertThat(findings.get(1).getAsJsonObject().get("code").getAsString()).isEqualTo("NOT_ENFORCED");
        assertThat(run("-o", "yaml")).isEqualTo(1);
        assertThat(out).startsWith("findings:\n");
    }

    @Test
    void theThresholdDecidesWhatIsAFailure() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), ODD);

        assertThat(run()).isZero();
        assertThat(run("--failure-threshold", "warning")).isEqualTo(1);
        Files.delete(folder.resolve("a.yaml"));
        assertThat(run("--failure-threshold", "warning")).isZero();
        Files.delete(folder);
        assertThat(run()).isEqualTo(2);
    }

    private int run(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        AnalyzeCommand command = new AnalyzeCommand();
        CommandLine line = new CommandLine(command)
                .setErr(new PrintWriter(new StringWriter()))
                .setCaseInsensitiveEnumValuesAllowed(true);
        List<String> words = new ArrayList<>(List.of(folder.toString()));
        words.addAll(List.of(arguments));
        line.parseArgs(words.toArray(String[]::new));
        int code = command.run(Terminal.plain(new PrintStream(bytes, true, StandardCharsets.UTF_8)));
        out = bytes.toString(StandardCharsets.UTF_8);
        return code;
    }
}
