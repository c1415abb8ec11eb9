package mesh.ambit.cli.compile;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CompileCommandTest {
    private static final String POLICY = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, "
            + "metadata: {name: web, namespace: shop}, spec: {action: %s, rules: [{}]}}\n";
    private static final String OTHER = POLICY.replace("name: web", "name: other");

    private final StringWriter err = new StringWriter();
    private String out = "";

    @TempDir
    Path temporary;

    private Path now;
    private Path before;

    @BeforeEach
    void folders() throws IOException {
        now = Files.createDirectory(temporary.resolve("now"));
        before = Files.createDirectory(temporary.resolve("before"));
    }

    @Test
    void printsOneDocument() throws IOException {
        write(now, POLICY.formatted("DENY"));

        assertThat(run(now.toString())).isZero();

        JsonObject policies =
                JsonParser.parseString(out).getAsJsonObject().getAsJsonObject("istio.security.Authorization");
        assertThat(policies.getAsJsonObject("shop/web").get("action").getAsString())
                .isEqualTo("DENY");
        assertThat(run(now.toString(), "-o", "yaml")).isZero();
        assertThat(out).startsWith("istio.security.Authorization:\n").contains("istio.workload.Address: {}");
    }

    @Test
    void printsWhatGrpcClientsAreTold() throws IOException {
        write(now, "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}");

        assertThat(run(now.toString(), "--profile", "grpc", "--namespace", "shop"))
                .isZero();

        assertThat(JsonParser.parseString(out)
                        .getAsJsonObject()
                        .getAsJsonObject("envoy.config.listener.v3.Listener")
                        .keySet())
                .containsExactly("a.default.svc.cluster.local:80");
    }

    @Test
    void equalFoldersDifferInNothing() throws IOException {
        write(now, POLICY.formatted("DENY"));
        write(before, POLICY.formatted("DENY"));

        assertThat(run(now.toString(), "--diff", before.toString())).isZero();
        assertThat(out).isEmpty();
    }

    @Test
    void differencesReadFromTheOtherFolderToThisOne() throws IOException {
        write(before, POLICY.formatted("DENY") + "---\n" + OTHER.formatted("ALLOW"));
        write(now, POLICY.formatted("ALLOW"));
        Files.writeString(
                now.resolve("pod.yaml"),
                "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80}]}}");

        assertThat(run(now.toString(), "--diff", before.toString())).isEqualTo(1);

        assertThat(out)
                .contains("--- istio.security.Authorization shop/other\n+++ /dev/null\n")
                .contains("--- istio.security.Authorization shop/web\n+++ istio.security.Authorization shop/web\n")
                .contains("-  \"action\": \"DENY\",\n")
                .contains("--- /dev/null\n+++ istio.workload.Address default/a.default.svc.cluster.local\n")
                .endsWith("1 added, 1 changed, 1 removed\n");
    }

    @Test
    void differencesAreThereForProgramsToo() throws IOException {
        write(before, POLICY.formatted("DENY"));
        write(now, POLICY.formatted("ALLOW"));

        assertThat(run(now.toString(), "--diff", before.toString(), "-o", "json"))
                .isEqualTo(1);

        JsonObject document = JsonParser.parseString(out).getAsJsonObject();
        assertThat(document.keySet()).containsExactly("added", "changed", "removed");
        assertThat(document.getAsJsonObject("changed")
                        .getAsJsonObject("istio.security.Authorization")
                        .getAsJsonObject("shop/web")
                        .getAsJsonObject("before")
                        .get("action")
                        .getAsString())
                .isEqualTo("DENY");
    }

    @Test
    void whatIsWrongIsSaidTheRestPrintedAndTheExitCodeTells() throws IOException {
        write(now, POLICY.formatted("DENY") + "---\n" + OTHER.formatted("PERHAPS"));
        write(before, POLICY.formatted("DENY"));

        assertThat(run(now.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("objects.yaml:3", "AuthorizationPolicy shop/other", "[INVALID_VALUE]");
        assertThat(out).contains("shop/web");
        assertThat(run(now.toString(), "--diff", before.toString())).isEqualTo(2);
        assertThat(run(before.toString(), "--diff", temporary.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("there is no such folder");
    }

    private int run(String... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CompileCommand command = new CompileCommand();
        CommandLine line =
                new CommandLine(command).setErr(new PrintWriter(err)).setCaseInsensitiveEnumValuesAllowed(true);
        List<String> words = new ArrayList<>(List.of(arguments));
        line.parseArgs(words.toArray(String[]::new));
        int code = command.run(Terminal.plain(new PrintStream(bytes, true, StandardCharsets.UTF_8)));
        out = bytes.toString(StandardCharsets.UTF_8);
        return code;
    }

    private static void write(Path folder, String text) throws IOException {
        Files.writeString(folder.resolve("objects.yaml"), text);
    }
}
