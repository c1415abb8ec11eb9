package mesh.ambit.kube;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.ScalarType;
import mesh.ambit.kube.YamlValue.Sequence;
import org.jspecify.annotations.Nullable;

/** Sets of keys by which tokens are checked (RFC 7517), as upstream's admission webhook reads them. */
final class KeySets {
    private static final Pattern BASE64 = Pattern.compile("[-_+/A-Za-z0-9]+={0,2}");

    /** What a key of each type cannot be without. */
    private static final Map<String, List<String>> PARTS = Map.of(
            "RSA", List.of("n", "e"),
            "EC", List.of("crv", "x", "y"),
            "OKP", List.of("crv", "x"),
            "oct", List.of("k"));

    private KeySets() {}

    /** Returns what is wrong with a set of keys, or with a single key; empty when nothing is. */
    static String wrong(String text) {
        YamlValue value = json(text);
        if (!(value instanceof Mapping set)) {
            return "is no JSON object";
        }
        if (!set.entries().containsKey("keys")) {
            return wrongKey(set);
        }
        YamlValue keys = set.find("keys");
        if (keys == null) {
            return "";
        }
        if (!(keys instanceof Sequence list)) {
            return "has keys that are no list";
        }
        for (int i = 0; i < list.items().size(); i++) {
            String wrong = list.items().get(i) instanceof Mapping key ? wrongKey(key) : "is no JSON object";
            if (!wrong.isEmpty()) {
                return "keys[" + i + "] " + wrong;
            }
        }
        return "";
    }

    private static String wrongKey(Mapping key) {
        String type = key.find("kty") instanceof Scalar scalar ? scalar.text() : "";
        List<String> parts = PARTS.get(type);
        if (parts == null) {
            return "is of no known type: kty is \"" + type + "\"";
        }
        for (String part : parts) {
            boolean sound = key.find(part) instanceof Scalar scalar
                    && scalar.type() == ScalarType.TEXT
                    && (part.equals("crv") || BASE64.matcher(scalar.text()).matches());
            if (!sound) {
                return "has no " + part;
            }
        }
        return "";
    }

    /** Every JSON text is a YAML text, and is read as one; not the other way. */
    private static @Nullable YamlValue json(String text) {
        if (!KubeJson.isJson(text)) {
            return null;
        }
        try {
            List<YamlValue> documents = YamlReader.read(text);
            return documents.isEmpty() ? null : documents.getFirst();
        } catch (YamlProblem e) {
            return null;
        }
    }
}
