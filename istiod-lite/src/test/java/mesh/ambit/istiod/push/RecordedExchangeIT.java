package mesh.ambit.istiod.push;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.discovery.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Replays requests that were put to the reference controller and compares the answers, over a socket. */
class RecordedExchangeIT {
    private static final String FOLDER = "/golden/x01-wildcard-reconnect/";

    @Test
    void everyRequestIsAnsweredAsRecorded() throws Exception {
        JsonArray requests = read("input/requests.json").getAsJsonArray();
        JsonArray expected = read("expected-exchange.json").getAsJsonObject().getAsJsonArray("exchange");

        try (PlainServer server = new PlainServer(100)) {
            server.publish(Meshes.pier(), Meshes.pierPolicies());
            PushState state = Meshes.revision(Meshes.pier()).state();
            @Nullable AdsClient client = null;
            String nonce = "";
            for (int i = 0; i < requests.size(); i++) {
                JsonObject request = requests.get(i).getAsJsonObject();
                if (request.has("newStream")) {
                    if (client != null) {
                        // Also proves that nothing came for the requests that get no answer.
                        client.finish();
                    }
                    client = server.client(request.get("nodeName").getAsString());
                }
                requireNonNull(client).send(message(request.getAsJsonObject("send"), nonce, state));
                JsonObject step = expected.get(i).getAsJsonObject();
                for (JsonElement response : step.getAsJsonArray("responses")) {
                    DeltaDiscoveryResponse got = client.next();
                    nonce = got.getNonce();
                    assertThat(describe(got))
                            .as(request.get("note").getAsString())
                            .isEqualTo(response);
                    client.acknowledge(got);
                }
            }
            requireNonNull(client).finish();
        }
    }

    private static DeltaDiscoveryRequest.Builder message(JsonObject send, String nonce, PushState state) {
        String type = send.get("type").getAsString();
        DeltaDiscoveryRequest.Builder message = DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl("type.googleapis.com/istio." + (type.equals("Authorization") ? "security." : "workload.")
                        + type);
        if (send.has("subscribe")) {
            send.getAsJsonArray("subscribe").forEach(name -> message.addResourceNamesSubscribe(name.getAsString()));
        }
        if (send.has("initialResourceVersions")) {
            send.getAsJsonObject("initialResourceVersions").asMap().forEach((name, version) -> {
                boolean current = version.getAsString().equals("CURRENT");
                message.putInitialResourceVersions(
                        name,
                        current ? requireNonNull(state.addresses().find(name)).version() : version.getAsString());
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
        List<JsonObject> resources = new ArrayList<>();
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
            resources.add(description);
        }
        JsonArray sent = new JsonArray();
        resources.forEach(sent::add);
        JsonObject described = new JsonObject();
        described.add("removed", removed);
        described.add("resources", sent);
        described.addProperty("type", response.getTypeUrl());
        return described;
    }

    private static JsonElement read(String file) throws IOException {
        try (InputStream stream = requireNonNull(RecordedExchangeIT.class.getResourceAsStream(FOLDER + file));
                Reader reader = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(reader);
        }
    }
}
