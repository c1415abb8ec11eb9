package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of the documentation, typed as they stand. */
@Tag("netns")
class GuideIT {
    /** A person types it when what the line before started is up; a script tries again. */
    private static final String PATIENTLY =
            "patiently() { for i in $(seq 3000); do \"$@\" && return 0; sleep 0.1; done; echo \"never: $*\"; return 1; }";

    private static final String REFUSED =
            "refused() { for i in $(seq 3000); do \"$@\" || { echo refused; return 0; }; sleep 0.1; done; return 1; }";

    @TempDir
    private Path folder = Path.of("");

    private PrivateMachine machine;

    @BeforeEach
    void makeMachine() throws Exception {
        PrivateMachine.require();
        machine = new PrivateMachine(folder);
    }

    @Test
    void gettingStartedDoesWhatItSays() throws Exception {
        List<String> script = new ArrayList<>(List.of(PATIENTLY, REFUSED));
        String curl = "";
        for (String command : ShellExamples.of("docs/getting-started.md")) {
            if (command.contains("http.server")) {
                script.add("echo 'hello from the server' > index.html");
                script.add(command + " < /dev/null > server.log 2>&1 &");
            } else if (command.contains("curl")) {
                curl = command;
                script.add("patiently " + command);
            } else if (command.startsWith("grep")) {
                script.add("patiently " + command);
            } else if (command.equals("ambit down")) {
                script.add("refused " + curl + " --max-time 20");
                script.add("patiently grep -o 'policy rejection.*' /run/ambit/logs/ztunnel-node-b.log");
                script.add("rm hello/policy.yaml");
                script.add("patiently " + curl + " --max-time 20");
                script.add("echo and passes again");
                script.add(command);
                script.add("wait; ls -d /run/netns/* /run/ambit* 2>/dev/null || echo nothing left");
            } else {
                script.add(command);
            }
        }

        PrivateMachine.Result result = machine.run(1200, script.toArray(String[]::new));

        assertThat(result.output())
                .contains("ztunnel-node-a")
                .contains("hello from the server")
                .contains("src.identity=\"spiffe://cluster.local/ns/hello/sa/default\"")
                .contains("refused")
                .contains("and passes again")
                .contains("nothing left");
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    @Test
    void whatIsComputedOfAFolder() throws Exception {
        List<String> script = new ArrayList<>(shop("shop"));
        script.add("mkdir -p here main && cp -r shop main/ && mv shop here/ && cd here");
        script.add("printf -- '---\\napiVersion: v1\\nkind: Namespace\\nmetadata: {name: new}\\n---\\n%s' "
                + "'{apiVersion: v1, kind: Service, metadata: {name: api, namespace: new}, spec: {ports: [{port: 80}]}}'"
                + " > shop/new.yaml");
        for (String page : List.of("compile", "analyze", "proxyless-grpc")) {
            for (String command : ShellExamples.of("docs/istiod-lite/" + page + ".md")) {
                if (command.startsWith("ambit ")) {
                    script.add("echo '== " + command + "'; " + command
                            + " > out || echo \"code $?\"; tail -1 out; wc -l < out");
                }
            }
        }

        PrivateMachine.Result result = machine.run(900, script.toArray(String[]::new));

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output().lines().filter(line -> line.startsWith("code ")))
                .as("a difference is 1, everything else 0\n" + result.output())
                .containsExactly("code 1");
        assertThat(result.output()).contains("1 added, 0 changed, 0 removed");
        assertThat(result.output().lines().filter(line -> line.equals("0")))
                .as("commands that printed nothing\n" + result.output())
                .isEmpty();
    }

    @Test
    void whatIsSaidOfARunningMesh() throws Exception {
        List<String> script = new ArrayList<>(shop("FOLDER"));
        script.add("ambit up FOLDER --detach");
        List<String> pages = List.of("docs/operations/embedded.md", "docs/istiod-lite/debug.md");
        for (String page : pages) {
            for (String command : ShellExamples.of(page)) {
                boolean elsewhere = command.contains("--address") || command.contains("/path/to/");
                boolean starts = command.startsWith("ambit up");
                if (!elsewhere && !starts) {
                    script.add(
                            checked(command.replace("NAMESPACE/POD", "shop/web").replace("NODE", "node-a")));
                }
            }
        }
        script.add("ambit down");

        PrivateMachine.Result result = machine.run(1200, script.toArray(String[]::new));

        assertThat(result.output()).doesNotContain("FAILED");
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    /** {@code command}, which may go on for ever: then it has to say something, and to end when it is told to. */
    private static String checked(String command) {
        boolean endless = command.startsWith("ambit debug xds") && !command.contains("--once");
        String run = endless
                ? "(" + command
                        + " > out 2>&1 & for i in $(seq 3000); do [ ! -s out ] || break; sleep 0.1; done; kill $!)"
                : command + " > out 2>&1";
        return "echo '== " + command + "'; : > out; " + run + " && [ -s out ] && ! grep ^ambit: out"
                + " || echo \"FAILED: $(cat out)\"";
    }

    private static List<String> shop(String folder) {
        return List.of("mkdir -p " + folder, "cat > " + folder + "/all.yaml <<'YAML'", SHOP, "YAML");
    }

    private static final String SHOP = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: shop, labels: {istio.io/dataplane-mode: ambient}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: shop, labels: {app: web}}
            spec: {nodeName: node-a}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: shop}
            spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}""";
}
