package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RemoteSecretCommandTest {
    private final StringWriter err = new StringWriter();
    private final CommandLine line = Main.commandLine().setErr(new PrintWriter(err));

    @TempDir
    private Path folder;

    @Test
    void aKubeconfigThatIsNotThereIsNamed() {
        assertThat(line.execute("create-remote-secret", "--kubeconfig", "/no/such/file"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("/no/such/file").doesNotContain("Exception");
    }

    @Test
    void aContextThatIsNotThereIsNamed() throws IOException {
        Path kubeconfig = Files.writeString(folder.resolve("west.yaml"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: c, cluster: {server: "http://127.0.0.1:9"}}]
                users: [{name: u, user: {token: t}}]
                contexts: [{name: west, context: {cluster: c, user: u}}]
                current-context: west
                """);

        assertThat(line.execute("create-remote-secret", "--kubeconfig", kubeconfig.toString(), "--context", "east"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no context east").doesNotContain("Exception");
    }

    @Test
    void aClusterThatCannotBeCalledSoIsRefused() {
        assertThat(line.execute("create-remote-secret", "--name", "West_1")).isEqualTo(2);
        assertThat(err.toString()).contains("West_1", "DNS label");
    }

    @Test
    void providerOfCredentialsNeedsItsNameAndTheOtherWayRound() {
        assertThat(line.execute("create-remote-secret", "--auth-type", "plugin"))
                .isEqualTo(2);
        assertThat(line.execute("create-remote-secret", "--auth-plugin-name", "gcp"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--auth-plugin-name");
        assertThat(line.execute("create-remote-secret", "--auth-type", "token")).isEqualTo(2);
        assertThat(err.toString()).contains("bearer-token or plugin");
    }
}
