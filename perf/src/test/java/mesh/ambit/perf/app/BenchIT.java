package mesh.ambit.perf.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import mesh.ambit.config.ExitCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("netns")
class BenchIT {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @BeforeEach
    void writeLauncher() throws IOException {
        Path launcher = folder.resolve("ambit");
        Files.writeString(launcher, """
                #!/bin/sh
                exec '%s' -XX:+UseSerialGC -Xmx128m -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED \
                  --sun-misc-unsafe-memory-access=allow -cp '%s' %s "$@"
                """.formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        System.getProperty("java.class.path"),
                        ZtunnelProgram.class.getName()));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        System.setProperty("ambit.launcher", launcher.toString());
    }

    @AfterEach
    void forgetLauncher() {
        System.clearProperty("ambit.launcher");
    }

    @Test
    void measuresWritesItsReportsAndLeavesNothingBehind() throws IOException {
        Path report = folder.resolve("report");

        int code = run(
                "--quick",
                "--subjects",
                "direct,ambit",
                "--only",
                "bulk-1-up,rate,connect",
                "--workloads",
                "10",
                "--profile",
                "all",
                "--report",
                report.toString(),
                "-o",
                "json");

        assertThat(code).as(err.toString()).isEqualTo(ExitCode.OK);
        JsonArray metrics =
                JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonArray("metrics");
        for (String key : List.of("bulk-1-up.throughput", "rate.p50", "connect.rate")) {
            for (String subject : List.of("direct", "ambit")) {
                assertThat(median(metrics, key, subject))
                        .as(key + " of " + subject)
                        .isPositive();
            }
        }
        assertThat(report)
                .isDirectoryContaining("glob:**report.html")
                .isDirectoryContaining("glob:**report.json")
                .isDirectoryContaining("glob:**profile-connect-server.collapsed");
        assertThat(report.resolve("profile-bulk-1-up-client.collapsed"))
                .content()
                .as(out.toString())
                .contains("mesh.ambit.relay.", "io.netty.channel.unix.");
        assertThat(namespaces())
                .noneMatch(name ->
                        name.startsWith("ambench-" + ProcessHandle.current().pid() + "-"));
    }

    @Test
    void aProgramThatDoesNotStartIsNamedWithItsLastWords() {
        int code = run("--quick", "--subjects", "direct", "--peer", "broken=sh -c exit\t3", "--only", "rate");

        assertThat(code).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("ztunnel-broken-client ended with");
        assertThat(namespaces())
                .noneMatch(name ->
                        name.startsWith("ambench-" + ProcessHandle.current().pid() + "-"));
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    private static double median(JsonArray metrics, String key, String subject) {
        for (JsonElement each : metrics) {
            JsonObject metric = each.getAsJsonObject();
            if (metric.get("key").getAsString().equals(key)) {
                return metric.getAsJsonObject("subjects")
                        .getAsJsonObject(subject)
                        .get("median")
                        .getAsDouble();
            }
        }
        throw new AssertionError("no " + key);
    }

    private static List<String> namespaces() {
        String[] names = Path.of("/run/netns").toFile().list();
        return names == null ? List.of() : Arrays.asList(names);
    }
}
