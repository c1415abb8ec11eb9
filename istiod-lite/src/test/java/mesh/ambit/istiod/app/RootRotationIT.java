package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.List;
import mesh.ambit.istiod.app.CertificateClient.Held;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A change of the root as its owner makes it, with clients that come and go, over sockets. */
class RootRotationIT {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";
    private static final String DB = "spiffe://cluster.local/ns/shop/sa/db";

    @TempDir
    Path directory;

    private ControllerLab lab;
    private CertificateClient client;

    @BeforeEach
    void startController() throws Exception {
        lab = new ControllerLab(directory);
        lab.write("web.yaml", Shop.pod("web", "node-a", "10.77.1.2"));
        lab.write("db.yaml", Shop.pod("db", "node-b", "10.77.2.2"));
        lab.start();
        client = new CertificateClient(lab);
    }

    @AfterEach
    void stopController() {
        lab.close();
    }

    @Test
    void atEveryStepEverybodyAcceptsEverybody() throws Exception {
        X509Certificate old = published().getFirst();
        client.ask("node-a", WEB);
        Held db = client.ask("node-b", DB);

        assertThat(step("introduce")).isEqualTo("done");
        ControllerLab.until("both roots in the file", () -> publishedCount() == 2);
        assertThat(step("reissue")).isEqualTo("waiting");
        Held web = client.ask("node-a", WEB);
        assertThat(web.roots()).hasSize(2).first().isEqualTo(old);
        requireMutualAcceptance(web, db);
        assertThat(answer("rotate reissue").get("waiting").toString())
                .contains(DB + " at node/node-b")
                .doesNotContain(WEB);
        db = client.ask("node-b", DB);

        assertThat(step("reissue")).isEqualTo("done");
        web = client.ask("node-a", WEB);
        assertThat(web.roots()).hasSize(2).last().isEqualTo(old);
        web.leaf().verify(web.roots().getFirst().getPublicKey());
        requireMutualAcceptance(web, db);
        assertThat(step("retire")).isEqualTo("waiting");

        // A restart in the middle forgets nothing.
        lab.stop();
        lab.start();
        assertThat(answer("status").get("stage").getAsString()).isEqualTo("reissuing");
        assertThat(answer("rotate retire").get("waiting").toString())
                .contains(DB + " at node/node-b")
                .doesNotContain(WEB);
        db = client.ask("node-b", DB);
        requireMutualAcceptance(web, db);

        assertThat(step("retire")).isEqualTo("done");
        ControllerLab.until("the new root alone", () -> publishedCount() == 1);
        web = client.ask("node-a", WEB);
        requireMutualAcceptance(web, db);
        assertThat(published()).isEqualTo(web.roots()).doesNotContain(old);
        assertThat(step("retire")).isEqualTo("nothing-to-do");
        assertThat(step("forget")).isEqualTo("done");
        assertThat(answer("status").get("stage").getAsString()).isEqualTo("steady");
    }

    @Test
    void everyStepCanBeTakenBack() throws Exception {
        List<X509Certificate> before = published();
        step("introduce");
        step("reissue");
        Held underNew = client.ask("node-a", WEB);

        assertThat(step("undo")).isEqualTo("done");
        assertThat(step("undo")).isEqualTo("waiting");
        Held underOld = client.ask("node-a", WEB);
        requireMutualAcceptance(underNew, underOld);

        assertThat(step("undo")).isEqualTo("done");
        ControllerLab.until("the old root alone", () -> publishedCount() == 1);
        assertThat(published()).isEqualTo(before);
        assertThat(client.ask("node-a", WEB).roots()).isEqualTo(before);
    }

    @Test
    void whoIsGoneKeepsNobodyWaiting() throws Exception {
        client.ask("node-a", WEB);
        step("introduce");
        assertThat(step("reissue")).isEqualTo("waiting");

        Files.delete(lab.folder.resolve("web.yaml"));

        ControllerLab.until("the pod is gone", () -> step("reissue").equals("done"));
    }

    @Test
    void whoMustNotWaitLeavesThemBehind() throws Exception {
        client.ask("node-a", WEB);
        step("introduce");

        assertThat(step("reissue force")).isEqualTo("done");
    }

    @Test
    void theSocketIsItsOwnersAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(AuthoritySocket.file(lab.state))))
                .isEqualTo("rw-------");
        assertThat(JsonParser.parseString(AuthoritySocket.ask(lab.state, "rotate sideways"))
                        .getAsJsonObject()
                        .get("error")
                        .getAsString())
                .startsWith("there is no step sideways");
        assertThat(AuthoritySocket.ask(lab.state, "status")).doesNotContain("PRIVATE");
        lab.stop();
        assertThatThrownBy(() -> AuthoritySocket.ask(lab.state, "status"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no controller runs");
    }

    @Test
    void everyCertificateAndRefusalLeavesALine() throws Exception {
        Held web = client.ask("node-a", WEB);
        assertThatThrownBy(() -> client.ask("node-a", DB)).hasMessageContaining("UNAUTHENTICATED");

        Path file = lab.state.resolve("istiod").resolve("audit.jsonl");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        List<JsonObject> lines = Files.readAllLines(file).stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(lines).hasSize(3);
        JsonObject issued = lines.get(1);
        assertThat(issued.get("event").getAsString()).isEqualTo("issued");
        assertThat(issued.get("identity").getAsString()).isEqualTo(WEB);
        assertThat(issued.get("caller").getAsString()).endsWith("/ns/istio-system/sa/ztunnel");
        assertThat(issued.get("impersonated").getAsBoolean()).isTrue();
        assertThat(issued.get("serial").getAsString())
                .isEqualTo(web.leaf().getSerialNumber().toString(16));
        assertThat(issued.get("not_after").getAsString())
                .isEqualTo(web.leaf().getNotAfter().toInstant().toString());
        assertThat(issued.get("issuer_key").getAsString())
                .isEqualTo(answer("status").get("signer").getAsString());
        assertThat(issued.get("peer").getAsString()).contains("127.0.0.1");
        JsonObject refused = lines.get(2);
        assertThat(refused.get("event").getAsString()).isEqualTo("refused");
        assertThat(refused.get("reason").getAsString()).isEqualTo("NOT_ON_CALLERS_NODE");
        assertThat(refused.get("identity").getAsString()).isEqualTo(DB);
    }

    private String step(String name) {
        return answer("rotate " + name).get("result").getAsString();
    }

    private JsonObject answer(String request) {
        try {
            JsonObject answer = JsonParser.parseString(AuthoritySocket.ask(lab.state, request))
                    .getAsJsonObject();
            assertThat(answer.has("error")).as(answer.toString()).isFalse();
            return answer.getAsJsonObject("ok");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<X509Certificate> published() throws Exception {
        return CertificateClient.certificates(Files.readString(lab.state.resolve("root-cert.pem")));
    }

    private int publishedCount() {
        try {
            return published().size();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void requireMutualAcceptance(Held one, Held other) throws Exception {
        assertThat(one.isAcceptedBy(other)).isTrue();
        assertThat(other.isAcceptedBy(one)).isTrue();
    }
}
