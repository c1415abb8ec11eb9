package mesh.ambit.istiod.push;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import mesh.ambit.istiod.ambient.AmbientEngine;
import mesh.ambit.istiod.ambient.MeshSettings;
import mesh.ambit.istiod.ambient.MeshUpdate;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.Reading;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.discovery.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Replays what was put to the reference controller and compares the answers, from objects through the whole controller
 * over a socket.
 */
class RecordedExchangeIT {
    private static final Path ROOT = root();

    /** A policy that the reference names but does not send, and that we do send. */
    private static final String DANGLING = "dangling-peer-authentication-key";

    static List<String> exchanges() throws IOException {
        return with("expected-exchange.json");
    }

    static List<String> series() throws IOException {
        return with("expected-steps.json");
    }

    @ParameterizedTest
    @MethodSource("exchanges")
    void everyRequestIsAnsweredAsRecorded(String scenario) throws Exception {
        Path folder = ROOT.resolve(scenario);
        JsonArray requests = json(folder.resolve("input/requests.json")).getAsJsonArray();
        JsonArray expected =
                json(folder.resolve("expected-exchange.json")).getAsJsonObject().getAsJsonArray("exchange");

        try (Controller controller = new Controller()) {
            controller.apply(folder.resolve("input/objects.yaml"));
            @Nullable AdsClient client = null;
            String nonce = "";
            for (int i = 0; i < requests.size(); i++) {
                JsonObject request = requests.get(i).getAsJsonObject();
                if (request.has("newStream")) {
                    if (client != null) {
                        client.finish();
                    }
                    client = controller.server.client(request.get("nodeName").getAsString());
                }
                if (request.has("delete")) {
                    controller.delete(folder.resolve("input")
                            .resolve(request.get("delete").getAsString()));
                }
                if (request.has("apply")) {
                    controller.apply(
                            folder.resolve("input").resolve(request.get("apply").getAsString()));
                }
                if (request.has("send")) {
                    requireNonNull(client).send(message(request.getAsJsonObject("send"), nonce, controller.current()));
                }
                List<JsonElement> answers = new ArrayList<>();
                for (DeltaDiscoveryResponse response : requireNonNull(client).untilQuiet()) {
                    nonce = response.getNonce();
                    answers.add(describe(response));
                    client.acknowledge(response);
                }
                assertThat(answers)
                        .as(request.get("note").getAsString())
                        .isEqualTo(expected.get(i)
                                .getAsJsonObject()
                                .getAsJsonArray("responses")
                                .asList());
            }
            requireNonNull(client).finish();
        }
    }

    @ParameterizedTest
    @MethodSource("series")
    void everyStepIsToldAsRecorded(String scenario) throws Exception {
        Path input = ROOT.resolve(scenario).resolve("input");
        JsonArray steps = json(ROOT.resolve(scenario).resolve("expected-steps.json"))
                .getAsJsonObject()
                .getAsJsonArray("steps");

        try (Controller controller = new Controller()) {
            controller.apply(input.resolve("step-1.apply.yaml"));
            try (AdsClient client = controller.server.client("node-a")) {
                client.subscribe(AdsClient.ADDRESS);
                client.subscribe(AdsClient.AUTHORIZATION);
                for (JsonElement element : steps) {
                    JsonObject step = element.getAsJsonObject();
                    int number = step.get("step").getAsInt();
                    if (number > 1) {
                        controller.delete(input.resolve("step-" + number + ".delete.yaml"));
                        controller.apply(input.resolve("step-" + number + ".apply.yaml"));
                    }
                    List<DeltaDiscoveryResponse> told = client.untilQuiet();
                    told.forEach(client::acknowledge);

                    Set<String> dangling = dangling(scenario, number);
                    String what = scenario + ", step " + number;
                    assertTold(what, AdsClient.ADDRESS, step.getAsJsonObject("addresses"), told, Set.of());
                    assertTold(what, AdsClient.AUTHORIZATION, step.getAsJsonObject("authorizations"), told, dangling);
                }
            }
        }
    }

    /** What is named in {@code tolerated} may come and go; what the reference sent again unchanged may be sent or not. */
    private static void assertTold(
            String what, String type, JsonObject expected, List<DeltaDiscoveryResponse> told, Set<String> tolerated) {
        Set<String> updated = new TreeSet<>();
        Set<String> removed = new TreeSet<>();
        for (DeltaDiscoveryResponse response : told) {
            if (response.getTypeUrl().equals(type)) {
                response.getResourcesList().forEach(resource -> updated.add(resource.getName()));
                removed.addAll(response.getRemovedResourcesList());
            }
        }
        Set<String> expectedUpdates = texts(expected, "updated");
        Set<String> expectedRemovals = texts(expected, "removed");
        List.of(updated, removed, expectedUpdates, expectedRemovals).forEach(names -> names.removeAll(tolerated));
        updated.removeAll(texts(expected, "resentUnchanged"));
        assertThat(updated).as(what).isEqualTo(expectedUpdates);
        assertThat(removed).as(what).isEqualTo(expectedRemovals);
    }

    private static Set<String> texts(JsonObject step, String name) {
        Set<String> texts = new TreeSet<>();
        step.getAsJsonArray(name).forEach(text -> texts.add(text.getAsString()));
        return texts;
    }

    /** Returns the policies that the reference leaves out in a step or the one before, by a known defect. */
    private static Set<String> dangling(String scenario, int step) throws IOException {
        Set<String> names = new HashSet<>();
        for (JsonElement element : json(ROOT.resolve("known-upstream-defects.json"))
                .getAsJsonObject()
                .getAsJsonArray("defects")) {
            JsonObject defect = element.getAsJsonObject();
            if (defect.get("scenario").getAsString().equals(scenario)
                    && defect.get("defect").getAsString().equals(DANGLING)
                    && defect.has("step")
                    && Math.abs(defect.get("step").getAsInt() - step) <= 1) {
                names.add(defect.get("value").getAsString());
            }
        }
        return names;
    }

    /** The controller between objects and the socket. */
    private static final class Controller implements AutoCloseable {
        final PlainServer server = new PlainServer(100);
        private final AmbientEngine engine = new AmbientEngine(MeshSettings.DEFAULT);

        Controller() throws IOException {}

        void apply(Path file) throws IOException {
            publish(engine.apply(objects(file), List.of()));
        }

        void delete(Path file) throws IOException {
            Set<ObjectKey> keys = new HashSet<>();
            objects(file).forEach(object -> keys.add(object.key()));
            publish(engine.apply(List.of(), keys));
        }

        private void publish(MeshUpdate update) {
            server.hub.publish(
                    new MeshDelta(
                            update.addresses(), update.removedAddresses(), update.policies(), update.removedPolicies()),
                    System.nanoTime());
        }

        /** Returns the versions at the moment. */
        Map<String, String> current() {
            Map<String, String> versions = new HashMap<>();
            server.hub
                    .current()
                    .state()
                    .addresses()
                    .forEach((name, resource) -> versions.put(name, resource.version()));
            return versions;
        }

        private static List<KubeObject> objects(Path file) throws IOException {
            if (!Files.exists(file)) {
                return List.of();
            }
            KubeYaml.Parsed parsed = KubeYaml.parse(Files.readString(file), file.toString(), Reading.AS_STORED);
            assertThat(parsed.problems()).isEmpty();
            return parsed.objects();
        }

        @Override
        public void close() {
            server.close();
        }
    }

    private static DeltaDiscoveryRequest.Builder message(JsonObject send, String nonce, Map<String, String> current) {
        String type = send.get("type").getAsString();
        DeltaDiscoveryRequest.Builder message = DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl("type.googleapis.com/istio." + (type.equals("Authorization") ? "security." : "workload.")
                        + type);
        if (send.has("subscribe")) {
            send.getAsJsonArray("subscribe").forEach(name -> message.addResourceNamesSubscribe(name.getAsString()));
        }
        if (send.has("unsubscribe")) {
            send.getAsJsonArray("unsubscribe").forEach(name -> message.addResourceNamesUnsubscribe(name.getAsString()));
        }
        if (send.has("initialResourceVersions")) {
            send.getAsJsonObject("initialResourceVersions").asMap().forEach((name, version) -> {
                boolean isCurrent = version.getAsString().equals("CURRENT");
                message.putInitialResourceVersions(
                        name, isCurrent ? requireNonNull(current.get(name)) : version.getAsString());
            });
        }
        if (send.has("nonce")) {
            String given = send.get("nonce").getAsString();
            message.setResponseNonce(given.equals("LAST") ? nonce : given);
        }
        if (send.has("errorDetail")) {
            message.setErrorDetail(
                    Status.newBuilder().setMessage(send.get("errorDetail").getAsString()));
        }
        return message;
    }

    /** Returns {@code response} in the form of the recording. */
    private static JsonObject describe(DeltaDiscoveryResponse response) {
        JsonArray removed = new JsonArray();
        response.getRemovedResourcesList().stream().sorted().forEach(removed::add);
        JsonArray sent = new JsonArray();
        List<Resource> inOrder = new ArrayList<>(response.getResourcesList());
        inOrder.sort(Comparator.comparing(Resource::getName));
        for (Resource resource : inOrder) {
            JsonObject description = new JsonObject();
            if (resource.getAliasesCount() > 0) {
                JsonArray aliases = new JsonArray();
                resource.getAliasesList().forEach(aliases::add);
                description.add("aliases", aliases);
            }
            if (!resource.getVersion().isEmpty()) {
                description.addProperty("hasVersion", true);
            }
            description.addProperty("name", resource.getName());
            sent.add(description);
        }
        JsonObject described = new JsonObject();
        described.add("removed", removed);
        described.add("resources", sent);
        described.addProperty("type", response.getTypeUrl());
        return described;
    }

    private static List<String> with(String file) throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.filter(folder -> Files.exists(folder.resolve(file)))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private static JsonElement json(Path file) throws IOException {
        return JsonParser.parseString(Files.readString(file));
    }

    private static Path root() {
        try {
            return Path.of(requireNonNull(RecordedExchangeIT.class.getResource("/golden"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
