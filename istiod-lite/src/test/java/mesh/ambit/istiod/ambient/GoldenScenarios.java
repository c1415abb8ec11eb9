package mesh.ambit.istiod.ambient;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.KubeYaml;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Reading;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;

/** States of a cluster and what the reference controller sent for them, recorded. */
final class GoldenScenarios {
    private static final Path ROOT = root();

    private GoldenScenarios() {}

    /** A recorded or computed state: resources as JSON by name. */
    record Resources(SortedMap<String, JsonElement> addresses, SortedMap<String, JsonElement> authorizations) {
        static Resources of(MeshState state) {
            SortedMap<String, JsonElement> addresses = new TreeMap<>();
            state.addresses().forEach((name, resource) -> addresses.put(name, json(AddressWire.toProto(resource))));
            SortedMap<String, JsonElement> authorizations = new TreeMap<>();
            state.authorizations()
                    .forEach((name, policy) -> authorizations.put(name, json(AuthorizationWire.toProto(policy))));
            return new Resources(addresses, authorizations);
        }

        static Resources recorded(JsonObject state) {
            return new Resources(
                    byName(state.getAsJsonObject("addresses")), byName(state.getAsJsonObject("authorizations")));
        }

        private static SortedMap<String, JsonElement> byName(JsonObject resources) {
            SortedMap<String, JsonElement> byName = new TreeMap<>();
            for (Map.Entry<String, JsonElement> entry : resources.entrySet()) {
                byName.put(entry.getKey(), entry.getValue());
            }
            return byName;
        }

        private static JsonElement json(MessageOrBuilder message) {
            try {
                return JsonParser.parseString(JsonFormat.printer().print(message));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("every Any of ours is known", e);
            }
        }
    }

    /** Returns the names of scenarios that have this file. */
    static List<String> withFile(String file) {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.filter(folder -> Files.exists(folder.resolve(file)))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns all objects of a scenario that is one state. */
    static List<KubeObject> objects(String scenario) {
        try (Stream<Path> files = Files.list(ROOT.resolve(scenario).resolve("input"))) {
            List<KubeObject> objects = new ArrayList<>();
            files.sorted().forEach(file -> objects.addAll(read(file)));
            return objects;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the environment in which a scenario was recorded. */
    static Map<String, String> flags(String scenario) {
        Map<String, String> flags = new TreeMap<>();
        for (JsonElement element : json("", "scenarios.json").getAsJsonArray("scenarios")) {
            JsonObject recorded = element.getAsJsonObject();
            if (recorded.get("name").getAsString().equals(scenario) && recorded.has("flags")) {
                recorded.getAsJsonObject("flags")
                        .asMap()
                        .forEach((name, value) -> flags.put(name, value.getAsString()));
            }
        }
        return flags;
    }

    /** Returns the objects after a step, given those before it. */
    static ObjectSet apply(String scenario, int step, ObjectSet before) {
        Map<ObjectKey, KubeObject> objects = new TreeMap<>();
        before.all().forEach(object -> objects.put(object.key(), object));
        Path input = ROOT.resolve(scenario).resolve("input");
        read(input.resolve("step-" + step + ".delete.yaml")).forEach(object -> objects.remove(object.key()));
        read(input.resolve("step-" + step + ".apply.yaml")).forEach(object -> objects.put(object.key(), object));
        return ObjectSet.of(objects.values());
    }

    /** Returns the JSON of a file of a scenario, or of all of them when {@code scenario} is empty. */
    static JsonObject json(String scenario, String file) {
        try {
            return JsonParser.parseString(
                            Files.readString(ROOT.resolve(scenario).resolve(file)))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<KubeObject> read(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            KubeYaml.Parsed parsed =
                    KubeYaml.parse(Files.readString(file), file.getFileName().toString(), Reading.AS_STORED);
            if (!parsed.problems().isEmpty()) {
                throw new IllegalStateException(parsed.problems().getFirst().message());
            }
            return parsed.objects();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        try {
            return Path.of(GoldenScenarios.class.getResource("/golden").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
