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
    void whatIsNotReadIsSaidOrCounted() throws IOException {
        String metadata = "metadata: {name: x, namespace: shop}}\n---\n";
        Files.writeString(
                folder.resolve("a.yaml"),
                "{apiVersion: networking.istio.io/v1, kind: EnvoyFilter, " + metadata
                        + "{apiVersion: networking.istio.io/v1, kind: VirtualServic, " + metadata
                        + "{apiVersion: v1, kind: Pods, " + metadata
                        + "{apiVersion: apps/v1, kind: Deployment, " + metadata
                        + "{apiVersion: v1, kind: List, items: [{apiVersion: apps/v1, kind: Deployment}]}\n");

        assertThat(run()).isZero();

        String file = folder.resolve("a.yaml").toString();
        String reason = ": kind: is not read: nothing comes of the object";
        assertThat(out.lines())
                .containsExactly(
                        "warning: " + file + ":1: EnvoyFilter shop/x" + reason + " [KIND_NOT_READ]",
                        "warning: " + file + ":3: VirtualServic shop/x" + reason
                                + " (write VirtualService) [KIND_NOT_READ]",
                        "warning: " + file + ":5: Pods shop/x" + reason + " (write Pod) [KIND_NOT_READ]",
                        "0 errors, 3 warnings; passed over: 2 Deployment");
        run("-o", "json");
        assertThat(JsonParser.parseString(out)
                        .getAsJsonObject()
                        .getAsJsonObject("passedOver")
                        .get("Deployment")
                        .getAsInt())
                .isEqualTo(2);
    }

    @Test
    void findingsOfOneObjectComeInTheOrderOfTheirLines() throws IOException {
        Files.writeString(folder.resolve("a.yaml"), """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: web, namespace: shop}
            spec:
              parentRefs: [{name: web, kind: Service, group: "", port: 0}]
              rules:
                - matches: [{path: {value: a}}]
                  backendRefs: [{name: web}]
                  timeouts: {request: soon}
            """);
        Files.writeString(folder.resolve("b.yaml"), WRONG + "---\n" + WRONG);

        assertThat(run()).isEqualTo(1);

        assertThat(out.lines()
                        .filter(line -> line.startsWith("error"))
                        .map(line -> line.replaceAll("[^:]*: [^:]*/([ab][.]yaml:[0-9]+).*", "$1")))
                .containsExactly("a.yaml:5", "a.yaml:7", "a.yaml:8", "a.yaml:9", "b.yaml:1", "b.yaml:3");
        assertThat(out).contains("a path begins with /").contains("a Service as a backend needs a port");
        assertThat(out).doesNotContain("self.");
    }

    @Test
    void textsOfObjectsStayTexts() throws IOException {
        Files.writeString(
                folder.resolve("a.yaml"),
                "{apiVersion: v1, kind: Service, metadata: {name: \"a\\e[2J\\nerror: b\"}, spec: {ports: [{port: 80}]}}\n"
                        + "---\n\"" + "x".repeat(5_000) + "\"\n");

        assertThat(run()).isEqualTo(1);

        assertThat(out.lines()).hasSize(3).allSatisfy(line -> assertThat(line).hasSizeLessThan(1_000));
        assertThat(out).doesNotContain("\u001b").contains("\\u001b[2J\\u000aerror: b");
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
