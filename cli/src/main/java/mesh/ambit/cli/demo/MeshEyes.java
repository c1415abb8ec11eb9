package mesh.ambit.cli.demo;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import mesh.ambit.cli.up.EmbeddedMesh;
import mesh.ambit.cli.up.Readiness;
import org.jspecify.annotations.Nullable;

/** What an operator can look at: access logs and the ztunnels' configuration dumps. */
final class MeshEyes {
    static final List<String> NODES = List.of("node-a", "node-b");

    private static final int ADMIN_PORT = 15000;

    private final EmbeddedMesh mesh;

    MeshEyes(EmbeddedMesh mesh) {
        this.mesh = mesh;
    }

    /** Returns whether some ztunnel has logged a connection whose line contains all {@code words}. */
    boolean isLogged(String... words) {
        return NODES.stream().flatMap(node -> log(node).stream()).anyMatch(line -> containsAll(line, words));
    }

    private static boolean containsAll(String line, String... words) {
        for (String word : words) {
            if (!line.contains(word)) {
                return false;
            }
        }
        return true;
    }

    private List<String> log(String node) {
        Path file = mesh.ztunnelLog(node);
        try {
            return file == null || !Files.exists(file) ? List.of() : Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Returns the serial number of each workload certificate that the ztunnels hold, by node and identity. */
    Map<String, String> serials() {
        Map<String, String> serials = new TreeMap<>();
        forEachIdentity((holder, leaf) -> {
            if (leaf != null) {
                serials.put(holder, leaf.get("serialNumber").getAsString());
            }
        });
        return serials;
    }

    /** Returns whether each identity that the ztunnels serve has a certificate for {@code life} from {@code now}. */
    boolean areGoodFor(Duration life, Instant now) {
        List<Boolean> good = new ArrayList<>();
        forEachIdentity((_, leaf) -> good.add(leaf != null
                && Instant.parse(leaf.get("expirationTime").getAsString()).isAfter(now.plus(life))));
        return !good.contains(false);
    }

    /** Looks at each identity by its node and name, and its certificate; null while it has none. */
    private void forEachIdentity(BiConsumer<String, @Nullable JsonObject> look) {
        for (String node : NODES) {
            for (JsonElement certificate : dump(node).getAsJsonArray("certificates")) {
                JsonObject entry = certificate.getAsJsonObject();
                boolean has = entry.has("certChain")
                        && !entry.getAsJsonArray("certChain").isEmpty();
                look.accept(
                        node + " " + entry.get("identity").getAsString(),
                        has ? entry.getAsJsonArray("certChain").get(0).getAsJsonObject() : null);
            }
        }
    }

    private JsonObject dump(String node) {
        String namespace = mesh.ztunnelNamespace(node);
        if (namespace == null) {
            throw new StepFailedException("no ztunnel on " + node);
        }
        try {
            String answer = Readiness.get(namespace, ADMIN_PORT, "/config_dump");
            return JsonParser.parseString(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException("the ztunnel of " + node + " does not tell its configuration", e);
        }
    }
}
