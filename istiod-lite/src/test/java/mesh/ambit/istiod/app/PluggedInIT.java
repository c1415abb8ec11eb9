package mesh.ambit.istiod.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mesh.ambit.istiod.app.CertificateClient.Held;
import mesh.ambit.istiod.issuer.IssuerException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signing material made with openssl, as an operator makes it, and what is signed with it judged by openssl. */
class PluggedInIT {
    private static final String WEB = "spiffe://cluster.local/ns/shop/sa/web";

    @TempDir
    Path directory;

    private Path pki;
    private Path cacerts;
    private ControllerLab lab;

    @BeforeEach
    void makeMaterial() throws Exception {
        pki = Files.createDirectory(directory.resolve("pki"));
        cacerts = Files.createDirectory(directory.resolve("cacerts"));
        Files.writeString(pki.resolve("ca.cnf"), """
                [ca]
                basicConstraints = critical, CA:true
                keyUsage = critical, keyCertSign, cRLSign
                subjectKeyIdentifier = hash
                """);
        openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "root.key");
        openssl(
                "req",
                "-new",
                "-x509",
                "-key",
                "root.key",
                "-subj",
                "/CN=corporate root",
                "-days",
                "30",
                "-out",
                "root.pem",
                "-config",
                "/dev/null",
                "-addext",
                "basicConstraints=critical,CA:true",
                "-addext",
                "subjectKeyIdentifier=hash",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign");
        intermediate("one");
        intermediate("two");
        plugIn("one");
        lab = new ControllerLab(directory.resolve("lab"));
        lab.write("web.yaml", Shop.pod("web", "node-a", "10.77.1.2"));
        lab.environment.put("ROOT_CA_DIR", cacerts.toString());
    }

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void opensslBelievesWhatIsIssuedAndANewIntermediateIsTakenWhileWeRun() throws Exception {
        lab.start();
        CertificateClient client = new CertificateClient(lab);

        Held first = client.ask("node-a", WEB);
        assertThat(first.elements()).hasSize(4);
        assertThat(verify(first)).contains("leaf.pem: OK");
        assertThat(text(first))
                .contains("URI:" + WEB, "X509v3 Subject Alternative Name: critical", "CA:FALSE")
                .contains("Digital Signature, Key Encipherment")
                .contains("TLS Web Server Authentication, TLS Web Client Authentication")
                .contains("Issuer: CN = intermediate one");

        plugIn("two");

        ControllerLab.until("the other intermediate signs", () -> issuer(client).equals("CN=intermediate two"));
        Held second = client.ask("node-a", WEB);
        assertThat(verify(second)).contains("leaf.pem: OK");
        assertThat(first.isAcceptedBy(second)).isTrue();
        assertThat(second.isAcceptedBy(first)).isTrue();
        assertThat(refusal("rotate introduce")).contains("not the controller's own");
        assertThat(Files.exists(lab.state.resolve("istiod").resolve("istio-ca-secret.json")))
                .isFalse();
    }

    @Test
    void materialThatIsSpoiltWhileWeRunChangesNothingAndIsSaid() throws Exception {
        lab.start();
        CertificateClient client = new CertificateClient(lab);

        Files.writeString(cacerts.resolve("ca-key.pem"), "spoilt");

        ControllerLab.until(
                "the problem is said",
                () -> status().get("problem").getAsString().contains("ca-key.pem"));
        assertThat(verify(client.ask("node-a", WEB))).contains("leaf.pem: OK");
        plugIn("one");
        ControllerLab.until(
                "it is over", () -> status().get("problem").getAsString().isEmpty());
    }

    @Test
    void aPathThatIsTooLongForASocketStopsNothing() throws Exception {
        lab = new ControllerLab(directory.resolve("l".repeat(120)));
        lab.write("web.yaml", Shop.pod("web", "node-a", "10.77.1.2"));
        lab.environment.put("ROOT_CA_DIR", cacerts.toString());
        lab.environment.put("AMBIT_CA_AUDIT_LOG", directory.resolve("audit").toString());
        lab.start();

        assertThat(verify(new CertificateClient(lab).ask("node-a", WEB))).contains("leaf.pem: OK");
        assertThat(directory.resolve("audit")).content().contains("\"issued\"");
    }

    @Test
    void halfASetStopsTheStart() throws Exception {
        Files.delete(cacerts.resolve("root-cert.pem"));

        assertThatThrownBy(() -> lab.start())
                .isInstanceOf(IssuerException.class)
                .hasMessageContaining("root-cert.pem is missing");
    }

    @Test
    void ourOwnRootSpoiltWhileWeRunChangesNothingAndIsSaid() throws Exception {
        lab.environment.remove("ROOT_CA_DIR");
        lab.start();
        CertificateClient client = new CertificateClient(lab);
        Path store = lab.state.resolve("istiod").resolve("istio-ca-secret.json");
        String good = Files.readString(store);

        Files.writeString(store, "spoilt");

        ControllerLab.until(
                "the problem is said",
                () -> status().get("problem").getAsString().contains("not a Secret in JSON form"));
        Held held = client.ask("node-a", WEB);
        assertThat(verify(held)).contains("leaf.pem: OK");
        assertThat(Files.readString(store)).isEqualTo("spoilt");
        Files.writeString(store, good);
        ControllerLab.until(
                "it is over", () -> status().get("problem").getAsString().isEmpty());
    }

    private String issuer(CertificateClient client) {
        try {
            return client.ask("node-a", WEB).leaf().getIssuerX500Principal().getName();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private JsonObject status() {
        return ask("status").getAsJsonObject("ok");
    }

    private String refusal(String request) {
        return ask(request).get("error").getAsString();
    }

    private JsonObject ask(String request) {
        try {
            return JsonParser.parseString(AuthoritySocket.ask(lab.state, request))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void intermediate(String name) throws Exception {
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", name + ".key");
        openssl(
                "req",
                "-new",
                "-key",
                name + ".key",
                "-subj",
                "/CN=intermediate " + name,
                "-out",
                name + ".csr",
                "-config",
                "/dev/null");
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "root.pem",
                "-CAkey",
                "root.key",
                "-days",
                "20",
                "-set_serial",
                String.valueOf(name.hashCode() & 0xffff),
                "-extfile",
                "ca.cnf",
                "-extensions",
                "ca",
                "-out",
                name + ".pem");
    }

    /** Copies one by one, as a person would, with a moment at which nothing fits. */
    private void plugIn(String name) throws IOException {
        String signer = Files.readString(pki.resolve(name + ".pem"));
        String root = Files.readString(pki.resolve("root.pem"));
        Files.writeString(cacerts.resolve("ca-key.pem"), Files.readString(pki.resolve(name + ".key")));
        Files.writeString(cacerts.resolve("ca-cert.pem"), signer);
        Files.writeString(cacerts.resolve("cert-chain.pem"), signer + root);
        Files.writeString(cacerts.resolve("root-cert.pem"), root);
    }

    private String verify(Held held) throws Exception {
        Files.writeString(pki.resolve("leaf.pem"), held.elements().getFirst());
        List<String> between = held.elements().subList(1, held.elements().size() - 1);
        Files.writeString(pki.resolve("between.pem"), String.join("", between) + "\n");
        Files.writeString(pki.resolve("bundle.pem"), held.elements().getLast());
        return between.isEmpty()
                ? openssl("verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "bundle.pem", "leaf.pem")
                : openssl(
                        "verify",
                        "-x509_strict",
                        "-purpose",
                        "sslclient",
                        "-CAfile",
                        "bundle.pem",
                        "-untrusted",
                        "between.pem",
                        "leaf.pem");
    }

    private String text(Held held) throws Exception {
        Files.writeString(pki.resolve("leaf.pem"), held.elements().getFirst());
        return openssl("x509", "-in", "leaf.pem", "-noout", "-text");
    }

    private String openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(pki.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
