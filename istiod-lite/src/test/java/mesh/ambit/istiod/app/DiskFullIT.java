package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import mesh.ambit.istiod.app.CertificateClient.Held;
import mesh.ambit.istiod.issuer.IssuerException;
import mesh.ambit.istiod.push.AdsClient;
import mesh.ambit.testkit.SmallDisk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A controller whose state is on a disk without room: what is there is served, nothing is spoilt, the reason is said. */
class DiskFullIT {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";

    private SmallDisk disk;
    private ControllerLab lab;
    private Path audit;

    @BeforeEach
    void describeTheMesh() throws IOException {
        disk = SmallDisk.ofKib(512);
        lab = new ControllerLab(disk.path());
        lab.write("web.yaml", Shop.pod("web", "node-a", "10.77.1.2"));
        audit = disk.path().resolve("audit.jsonl");
        lab.environment.put("AMBIT_CA_AUDIT_LOG", audit.toString());
    }

    @AfterEach
    void stop() {
        lab.close();
        disk.close();
    }

    @Test
    void certificatesAreIssuedAndTheMeshIsToldAndTheReasonIsSaid() throws Exception {
        lab.start();
        CertificateClient client = new CertificateClient(lab);
        Held before = client.ask("node-a", WEB);
        Path root = lab.state.resolve("istiod").resolve("istio-ca-secret.json");
        String stored = Files.readString(root);
        disk.fill();

        // The last page of the audit log has room for a few lines.
        int asked = 1;
        Held now = before;
        while (problem().isEmpty()) {
            assertThat(asked).as("lines in one page").isLessThan(40);
            now = client.ask("node-a", WEB);
            asked++;
        }

        assertThat(problem()).contains(audit.toString()).contains("No space left on device");
        assertThat(now.isAcceptedBy(before)).isTrue();
        try (AdsClient proxy = lab.proxy("node-a")) {
            proxy.subscribe(AdsClient.ADDRESS);
            assertThat(proxy.next().getResourcesCount()).isPositive();
        }
        assertThat(ask("rotate introduce").get("error").getAsString())
                .contains(root.toString())
                .contains("No space left on device");
        assertThat(Files.readString(root)).isEqualTo(stored);
        requireNothingHalfWritten();

        disk.free();

        ControllerLab.until("the audit log is made good", () -> problem().isEmpty());
        assertThat(Files.readAllLines(audit).stream().filter(line -> line.contains("\"issued\"")))
                .as("nothing is lost")
                .hasSize(asked);
        assertThat(ask("rotate introduce").getAsJsonObject("ok").get("result").getAsString())
                .isEqualTo("done");
    }

    @Test
    void whatIsThereIsEnoughToStartWith() throws Exception {
        lab.start();
        Held before = new CertificateClient(lab).ask("node-a", WEB);
        lab.stop();
        disk.fill();

        lab.start();

        Held after = new CertificateClient(lab).ask("node-a", WEB);
        assertThat(after.roots()).isEqualTo(before.roots());
        requireNothingHalfWritten();
    }

    @Test
    void noRootIsMadeThatCannotBeKept() throws Exception {
        disk.fill();

        assertThatThrownBy(() -> lab.start())
                .isInstanceOf(IssuerException.class)
                .hasMessageContaining("No space left on device");
        requireNothingHalfWritten();

        disk.free();
        lab.start();
        assertThat(new CertificateClient(lab).ask("node-a", WEB).chain()).isNotEmpty();
    }

    private String problem() {
        return ask("status").getAsJsonObject("ok").get("problem").getAsString();
    }

    private JsonObject ask(String request) {
        try {
            return JsonParser.parseString(AuthoritySocket.ask(lab.state, request))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until no file is begun and not ended; one may be under way, and be given up for want of room. */
    private void requireNothingHalfWritten() {
        ControllerLab.until("nothing is half written", () -> {
            try (Stream<Path> files = Files.walk(lab.state)) {
                return files.noneMatch(file -> file.toString().endsWith(".tmp"));
            } catch (IOException | UncheckedIOException e) {
                // One of them went while we looked.
                return false;
            }
        });
    }
}
