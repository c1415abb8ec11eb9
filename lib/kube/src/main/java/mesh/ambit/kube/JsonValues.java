package mesh.ambit.kube;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import mesh.ambit.kube.YamlValue.Sequence;

/**
 * Reads one object of a JSON text into values, without the parts that nobody here reads: they are skipped while they
 * arrive, so that an object's size in memory is that of what is used of it. Not thread-safe.
 */
final class JsonValues {
    /** Texts that many objects share (labels, nodes, accounts) are kept once; a table of so many, no more. */
    private static final int SHARED_TEXTS = 1 << 14;

    private static final int MAX_SHARED_LENGTH = 64;

    /** Mappings whose keys are the user's; nothing in them is skipped by its name. */
    private static final Set<String> FREE = Set.of("labels", "matchLabels", "selector", "nodeSelector", "data");

    private static final Set<String> NEVER_READ = Set.of("managedFields");

    private static final Set<String> NEVER_READ_OF_PODS = Set.of(
            "managedFields",
            "affinity",
            "args",
            "command",
            "containerStatuses",
            "env",
            "envFrom",
            "ephemeralContainers",
            "ephemeralContainerStatuses",
            "image",
            "imagePullPolicy",
            "initContainerStatuses",
            "lifecycle",
            "livenessProbe",
            "readinessProbe",
            "resources",
            "securityContext",
            "startupProbe",
            "tolerations",
            "topologySpreadConstraints",
            "volumeMounts",
            "volumes");

    private static final Set<String> NEVER_READ_OF_NODES = Set.of("managedFields", "spec", "status");

    /** Names of fields whose texts differ from object to object. */
    private static final Set<String> UNIQUE = Set.of("uid", "name", "ip", "podIP", "resourceVersion");

    private final String[] shared = new String[SHARED_TEXTS];

    /**
     * Returns the object that begins at the current token, and leaves the parser at its end.
     *
     * @throws IOException if the source fails or is not JSON
     */
    Mapping read(JsonParser json, Kind kind) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IOException("no object where one belongs: " + json.currentToken());
        }
        Set<String> skipped = switch (kind) {
            case POD -> NEVER_READ_OF_PODS;
            case NODE -> NEVER_READ_OF_NODES;
            default -> NEVER_READ;
        };
        return mapping(json, skipped, 1);
    }

    private Mapping mapping(JsonParser json, Set<String> skipped, int depth) throws IOException {
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken token = json.nextToken();
            if (skipped.contains(name)) {
                json.skipChildren();
            } else if (token == JsonToken.START_OBJECT && name.equals("annotations")) {
                entries.put(name, annotations(json));
            } else {
                entries.put(name, value(json, FREE.contains(name) ? Set.of() : skipped, !UNIQUE.contains(name), depth));
            }
        }
        return new Mapping(entries, Map.of(), 0, 0);
    }

    /** Returns the annotations that mean something to a mesh; others can be as long as the object. */
    private Mapping annotations(JsonParser json) throws IOException {
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            int slash = name.indexOf('/');
            String domain = slash < 0 ? "" : name.substring(0, slash);
            if (domain.endsWith("istio.io") || domain.startsWith("ambit.")) {
                entries.put(name, value(json, Set.of(), true, 1));
            } else {
                json.skipChildren();
            }
        }
        return new Mapping(entries, Map.of(), 0, 0);
    }

    private YamlValue value(JsonParser json, Set<String> skipped, boolean share, int depth) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> depth < YamlReader.MAX_DEPTH ? mapping(json, skipped, depth + 1) : tooDeep(json);
            case START_ARRAY ->
                depth < YamlReader.MAX_DEPTH ? sequence(json, skipped, share, depth + 1) : tooDeep(json);
            case VALUE_STRING -> scalar(share ? shared(json.getText()) : json.getText(), ScalarType.TEXT);
            case VALUE_NUMBER_INT -> scalar(json.getText(), ScalarType.INTEGER);
            case VALUE_NUMBER_FLOAT -> scalar(json.getText(), ScalarType.DECIMAL);
            case VALUE_TRUE, VALUE_FALSE -> scalar(json.getText(), ScalarType.BOOLEAN);
            case VALUE_NULL -> scalar("", ScalarType.NULL);
            default -> throw new IOException("no value where one belongs: " + json.currentToken());
        };
    }

    private Sequence sequence(JsonParser json, Set<String> skipped, boolean share, int depth) throws IOException {
        List<YamlValue> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(json, skipped, share, depth));
        }
        return new Sequence(items, 0, 0);
    }

    /** Nothing that is read lies so deep. */
    private static Scalar tooDeep(JsonParser json) throws IOException {
        json.skipChildren();
        return scalar("", ScalarType.NULL);
    }

    private static Scalar scalar(String text, ScalarType type) {
        return new Scalar(text, type, 0, 0);
    }

    private String shared(String text) {
        if (text.length() > MAX_SHARED_LENGTH) {
            return text;
        }
        int slot = (text.hashCode() * 0x9E3779B9) >>> (Integer.SIZE - 14);
        String known = shared[slot];
        if (text.equals(known)) {
            return known;
        }
        shared[slot] = text;
        return text;
    }
}
