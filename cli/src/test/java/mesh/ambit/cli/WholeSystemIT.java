package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every program as its own process, started as a person starts it. */
@Tag("netns")
class WholeSystemIT {
    /** A client on one node, and on the other a server behind a service. */
    static final String FOLDER = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: hello, labels: {istio.io/dataplane-mode: ambient}}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: client, namespace: hello}
            spec: {nodeName: node-a}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: server, namespace: hello, labels: {app: server}}
            spec: {nodeName: node-b}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: server, namespace: hello}
            spec: {selector: {app: server}, ports: [{port: 80, targetPort: 8080}]}
            """;

    /** What is left of a mesh: named namespaces, files, programs that know its state folder. */
    private static final String SHOW_REST = "echo \"rest: $(ls /run/netns 2>/dev/null | tr '\\n' ' ')"
            + "$(cd /run; ls -d ambit* 2>/dev/null | tr '\\n' ' ')\"";

    @TempDir
    private Path folder = Path.of("");

    private PrivateMachine machine;

    @BeforeEach
    void makeMachine() throws Exception {
        PrivateMachine.require();
        machine = new PrivateMachine(folder);
        Files.createDirectories(folder.resolve("mesh"));
        Files.writeString(folder.resolve("mesh/all.yaml"), FOLDER);
    }

    @Test
    void aMeshCarriesACallUnderBothIdentitiesAndLeavesNothing() throws Exception {
        PrivateMachine.Result result = machine.run(
                900,
                "ambit up mesh --detach",
                "ambit status -o json > status.json",
                "ambit exec hello/server -- shop server < /dev/null > server.log 2>&1 &",
                "cat > call.sh <<'EOF'",
                "exec 3<>/dev/tcp/server.hello/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3",
                "EOF",
                // Two JVMs have to start before the server listens, one before the client calls: early calls are
                // refused.
                "for i in $(seq 3000); do ambit exec hello/client -- bash \"$PWD/call.sh\" > answer 2>&1 || true;",
                "  ! grep -q '200 OK' answer || break; sleep 0.1; done",
                "cat answer server.log",
                "for i in $(seq 3000); do",
                "  grep -h ' src.identity=.*hello' /run/ambit/logs/ztunnel-node-b.log && break; sleep 0.1; done",
                "cat > ask.sh <<'EOF'",
                "server=$(sed -n 's/^nameserver //p' /etc/resolv.conf); exec 4<>/dev/udp/$server/53",
                "printf '\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\6server\\5hello\\3svc\\7cluster\\5local\\0\\0\\1\\0\\1' >&4",
                "echo \"asked: $(timeout 60 dd bs=512 count=1 status=none <&4 | tail -c 4 | od -An -tu1 | xargs | tr ' ' .)\"",
                "echo \"known: $(getent ahostsv4 server.hello.svc.cluster.local | head -1 | cut -d' ' -f1)\"",
                "EOF",
                "ambit exec hello/client -- bash \"$PWD/ask.sh\" | tee asked",
                "[ \"$(sed -n 's/asked: //p' asked)\" = \"$(sed -n 's/known: //p' asked)\" ] && echo \"names agree\"",
                // A node that comes later gets its programs, and its pod the mesh.
                "cat > mesh/late.yaml <<'EOF'",
                "apiVersion: v1",
                "kind: Pod",
                "metadata: {name: late, namespace: hello}",
                "spec: {nodeName: node-c}",
                "EOF",
                "for i in $(seq 3000); do",
                "  grep -qs enabled /run/ambit/observed/node-c/hello.late.yaml && echo \"late pod is in the mesh\" && break",
                "  sleep 0.1; done",
                "ambit down",
                "wait",
                SHOW_REST);

        assertThat(result.output())
                .contains("HTTP/1.1 200 OK")
                .contains("names agree", "late pod is in the mesh")
                .containsPattern("asked: \\d+\\.\\d+\\.\\d+\\.\\d+\n")
                .contains("src.identity=\"spiffe://cluster.local/ns/hello/sa/default\"")
                .contains("dst.workload=\"server\"")
                .contains("rest: \n");
        assertThat(result.exitCode()).as(result.output()).isZero();
        JsonObject status = JsonParser.parseString(Files.readString(folder.resolve("status.json")))
                .getAsJsonObject();
        assertThat(status.getAsJsonArray("programs"))
                .extracting(each -> each.getAsJsonObject().get("program").getAsString())
                .containsExactly(
                        "istiod-lite", "node-setup-node-a", "ztunnel-node-a", "node-setup-node-b", "ztunnel-node-b");
        assertThat(status.getAsJsonArray("programs"))
                .extracting(each -> each.getAsJsonObject().get("state").getAsString())
                .containsOnly("ready");
    }

    @Test
    void aKilledMeshLeavesNoProcessAndTheRestIsSweptAway() throws Exception {
        PrivateMachine.Result result = machine.run(
                900,
                "ambit up mesh --detach > up.log",
                "pids=$(ambit status -o json | grep '\"pid\"' | tr -dc '0-9\\n')",
                "echo \"programs: $(echo $pids | wc -w)\"",
                "kill -9 $(cat /run/ambit/pid)",
                "for i in $(seq 3000); do left=0; for p in $pids; do [ ! -d /proc/$p ] || left=$((left + 1)); done",
                "  [ $left != 0 ] || break; sleep 0.1; done",
                "echo \"alive: $left\"",
                "ambit down",
                SHOW_REST);

        assertThat(result.output())
                .contains("programs: 6", "alive: 0", "what a killed one left is removed", "rest: \n");
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    @Test
    void aProgramThatDiesEndsTheMeshAndIsNamed() throws Exception {
        PrivateMachine.Result result = machine.run(
                900,
                "ambit up mesh > up.log 2>&1 & up=$!",
                "for i in $(seq 3000); do [ ! -S /run/ambit/control.sock ] || break; sleep 0.1; done",
                "ambit up mesh || echo \"second: $?\"",
                "kill -9 $(ambit status -o json | grep -A1 ztunnel-node-a | grep '\"pid\"' | tr -dc 0-9)",
                "wait $up && code=0 || code=$?",
                "echo \"up: $code\"",
                "cat up.log",
                SHOW_REST);

        assertThat(result.output())
                .contains("a mesh is already up: folder " + folder.resolve("mesh"), "second: 1")
                .contains("up: 1")
                .contains("ztunnel-node-a ended by itself (signal 9), and the mesh with it")
                .contains("rest: \n");
    }

    @Test
    void everyClaimOfTheDemoHolds() throws Exception {
        PrivateMachine.Result result =
                machine.run(1200, "ambit demo -o json > demo.json || echo \"demo: $?\"", "cat demo.json", SHOW_REST);

        assertThat(result.output()).doesNotContain("demo: ").contains("rest: \n");
        JsonObject story = JsonParser.parseString(Files.readString(folder.resolve("demo.json")))
                .getAsJsonObject();
        assertThat(story.getAsJsonArray("steps")).hasSize(7);
        for (JsonElement step : story.getAsJsonArray("steps")) {
            assertThat(step.getAsJsonObject().get("held").getAsBoolean())
                    .as(step.toString())
                    .isTrue();
        }
    }
}
