package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * The root of a whole mesh is changed while its pods call each other. Takes two minutes, as proxies look at the roots and
 * replace their certificates at their own pace.
 */
@Tag("netns")
@EnabledIfEnvironmentVariable(
        named = "AMBIT_TEST_LONG",
        matches = ".+",
        disabledReason = "takes minutes: set AMBIT_TEST_LONG")
class RootRotationLongIT {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void noCallIsLostAndEveryStepGoesBack() throws Exception {
        PrivateMachine.require();
        PrivateMachine machine = new PrivateMachine(folder);
        Files.createDirectories(folder.resolve("mesh"));
        Files.writeString(folder.resolve("mesh/all.yaml"), WholeSystemIT.FOLDER);

        PrivateMachine.Result result = machine.run(
                400,
                "ambit up mesh --detach",
                "ambit exec hello/server -- shop server < /dev/null > server.log 2>&1 &",
                "mkfifo words",
                "ambit exec hello/client -- shop client < words > client.log 2>&1 & client=$!",
                "exec 4> words",
                "said() { for i in $(seq 700); do grep \"^$1 \" client.log && return; sleep 0.1; done; cat client.log;"
                        + " exit 9; }",
                "for id in $(seq 100 140); do echo \"$id call http://server.hello:80/\" >&4; said $id > answer",
                "  ! grep '^[0-9]* 200 ' answer || break; sleep 0.2; done",
                // Connections that live for a minute each, and a hundred new ones a second.
                "echo '1 call http://server.hello:80/slow' >&4",
                "echo '2 load http://server.hello:80/' >&4",
                "said 2",
                "ambit ca rotate introduce",
                "! ambit ca rotate reissue > refused || echo 'left somebody behind'",
                "cat refused",
                "ambit ca rotate reissue --wait 2m",
                "ambit ca rotate --undo",
                "ambit ca rotate reissue --wait 2m",
                "echo '5 call http://server.hello:80/slow' >&4",
                "! ambit ca rotate retire > refused || echo 'left somebody behind'",
                "ambit ca rotate retire --wait 2m",
                "ambit ca status -o json > status.json",
                "ambit ca rotate forget",
                "echo '4 stop' >&4",
                "echo \"load: $(said 4)\"",
                "echo \"first: $(said 1 | tr -d .)\"",
                "echo \"second: $(said 5 | tr -d .)\"",
                "exec 4>&-",
                "ambit down",
                "wait");

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("✗ reissue not made, 2 would be left behind", "spiffe://cluster.local/ns/hello/sa/default")
                .contains("introduce: ", "reissue: ", "undo: ", "retire: ", "forget: ")
                .doesNotContain("left somebody behind");
        String load = result.output()
                .lines()
                .filter(line -> line.startsWith("load: "))
                .findFirst()
                .orElse("");
        assertThat(load).matches("load: 4 [0-9]{3,} 0 ?");
        assertThat(result.output()).contains("first: 1 200 done", "second: 5 200 done");
        assertThat(Files.readString(folder.resolve("status.json"))).contains("retired");
    }
}
