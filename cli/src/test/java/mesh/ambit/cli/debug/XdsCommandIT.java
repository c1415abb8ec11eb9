package mesh.ambit.cli.debug;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mesh.ambit.config.ConfigException;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.testkit.FakeAds;
import mesh.ambit.testkit.TestAuthority;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class XdsCommandIT {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00.123456Z");
    private static final Workload WEB =
            Workload.builder("Kubernetes//Pod/shop/web").name("web").build();
    private static final Policy POLICY =
            new Policy("shop", "web", Policy.Scope.NAMESPACE, Policy.Action.DENY, List.of(), false);

    private final TestAuthority authority = new TestAuthority("debug");
    private final FakeAds ads = FakeAds.start(authority);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path state;

    @BeforeEach
    void trust() throws IOException {
        Files.writeString(state.resolve("root-cert.pem"), authority.rootPem());
        Files.createDirectories(state.resolve("nodes/node-a"));
        Files.writeString(state.resolve("nodes/node-a/token"), "secret");
    }

    @AfterEach
    void close() {
        ads.close();
    }

    @Test
    void everyChangeIsALineOfJson() throws Exception {
        CompletableFuture<Integer> code = start("--node", "node-a", "--once", "-o", "json");
        FakeAds.Stream stream = ads.awaitStream();
        DeltaDiscoveryRequest first = stream.awaitRequest();
        assertThat(first.getNode().getId())
                .isEqualTo("ztunnel~127.0.0.1~ambit-debug.istio-system~istio-system.svc.cluster.local");
        assertThat(first.getResourceNamesSubscribeList()).isEmpty();
        stream.awaitRequest();
        stream.sendAddresses(List.of(WEB), "gone");
        assertThat(stream.awaitRequest().getResponseNonce()).isNotEmpty();
        stream.sendPolicies(List.of(POLICY));

        assertThat(code.get(60, TimeUnit.SECONDS)).isZero();
        List<JsonObject> lines = lines().stream()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).keySet()).containsExactly("time", "event", "type", "name", "version", "resource");
        assertThat(lines.get(0).get("resource").toString()).contains("\"workload\":{");
        assertThat(lines.get(1).toString())
                .isEqualTo("{\"time\":\"2026-11-21T12:00:00.123Z\",\"event\":\"removed\","
                        + "\"type\":\"istio.workload.Address\",\"name\":\"gone\"}");
        assertThat(lines.get(2).get("name").getAsString()).isEqualTo("shop/web");
        assertThat(ads.calls().getFirst().toString()).contains("Bearer secret");
    }

    @Test
    void forAPersonALineSaysWhatAndWhen() throws Exception {
        CompletableFuture<Integer> code = start("--type", "address", "--name", "/10.0.0.1", "--once");
        FakeAds.Stream stream = ads.awaitStream();
        assertThat(stream.awaitRequest().getResourceNamesSubscribeList()).containsExactly("/10.0.0.1");
        stream.sendAddresses(List.of(), "/10.0.0.1");

        assertThat(code.get(60, TimeUnit.SECONDS)).isZero();
        assertThat(lines()).containsExactly("2026-11-21T12:00:00.123Z  removed  istio.workload.Address  /10.0.0.1");
    }

    @Test
    void onDemandAsksForNothingYet() throws Exception {
        CompletableFuture<Integer> code = start("--on-demand", "--once");
        FakeAds.Stream stream = ads.awaitStream();
        DeltaDiscoveryRequest addresses = stream.awaitRequest();
        assertThat(addresses.getResourceNamesSubscribeList()).containsExactly("*");
        assertThat(addresses.getResourceNamesUnsubscribeList()).containsExactly("*");
        assertThat(stream.awaitRequest().getResourceNamesSubscribeList()).isEmpty();
        stream.sendAddresses(List.of());
        stream.sendPolicies(List.of());

        assertThat(code.get(60, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void aStreamThatEndsByItselfIsAFailureWithAReason() throws Exception {
        CompletableFuture<Integer> code = start("--for", "600s");
        ads.awaitStream().fail(Status.PERMISSION_DENIED.withDescription("not you"));

        assertThat(code.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(err.toString()).contains("PERMISSION_DENIED: not you");
    }

    @Test
    void timeEndsItInOrder() throws Exception {
        assertThat(start("--for", "10ms").get(60, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void withoutTlsOnlyToThisMachine() {
        assertThatThrownBy(() -> run("--plaintext", "--address", "192.0.2.1:15010"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("loopback");
        assertThatThrownBy(() -> run("--ca", state.resolve("none").toString()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("--ca FILE");
    }

    private CompletableFuture<Integer> start(String... arguments) {
        List<String> words = new ArrayList<>(List.of("--address", ads.address().getAuthority()));
        words.addAll(List.of(arguments));
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                code.complete(run(words.toArray(String[]::new)));
            } catch (InterruptedException | RuntimeException e) {
                code.completeExceptionally(e);
            }
        });
        return code;
    }

    private int run(String... arguments) throws InterruptedException {
        XdsCommand command = new XdsCommand();
        CommandLine line =
                new CommandLine(command).setErr(new PrintWriter(err)).setCaseInsensitiveEnumValuesAllowed(true);
        List<String> words = new ArrayList<>(List.of("--state", state.toString()));
        words.addAll(List.of(arguments));
        line.parseArgs(words.toArray(String[]::new));
        return command.run(new PrintStream(out, false, StandardCharsets.UTF_8), InstantSource.fixed(NOW));
    }

    private List<String> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
