package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.YamlValue.Mapping;
import mesh.ambit.kube.YamlValue.Scalar;
import mesh.ambit.kube.YamlValue.Sequence;
import org.jspecify.annotations.Nullable;

/**
 * An object in a folder of a kind that nothing here reads.
 *
 * @param line of the object, from 1
 * @param group of its {@code apiVersion}; empty for the core group
 * @param name with its namespace before a slash, if it says one; perhaps empty
 */
public record PassedOver(String file, int line, String group, String kind, String name) {
    public PassedOver {
        file = Problem.visible(file);
        requireNonNull(group, "group");
        kind = Problem.visible(kind);
        name = Problem.visible(name);
    }

    /** Returns the kind that was probably meant, null when none is so close. */
    public @Nullable Kind meant() {
        for (Kind read : Kind.values()) {
            String text = read.text();
            boolean close = kind.equalsIgnoreCase(text)
                    || kind.equalsIgnoreCase(ApiNames.plural(read))
                    || (kind.length() > 3 && text.equals(kind + text.charAt(text.length() - 1)));
            if (close && group.equals(ApiNames.group(read))) {
                return read;
            }
        }
        return null;
    }

    /** Returns those of a folder, by file and place. Of what cannot be read nothing is said; reading it says that. */
    public static List<PassedOver> in(Path folder) {
        List<PassedOver> found = new ArrayList<>();
        try {
            for (Path file : FolderTree.list(folder).files().keySet()) {
                in(file, found);
            }
        } catch (IOException _) {
            return found;
        }
        return found;
    }

    private static void in(Path file, List<PassedOver> found) throws IOException {
        try {
            if (Files.size(file) <= FileState.MAX_BYTES) {
                String text = FileState.withoutByteOrderMark(Files.readString(file));
                for (YamlValue document : YamlReader.read(text)) {
                    look(file.toString(), document, found);
                }
            }
        } catch (YamlProblem | CharacterCodingException _) {
            // Is an error of its own.
        }
    }

    private static void look(String file, YamlValue document, List<PassedOver> found) {
        if (!(document instanceof Mapping mapping)
                || !(mapping.find("apiVersion") instanceof Scalar version)
                || !(mapping.find("kind") instanceof Scalar kind)) {
            return;
        }
        if (kind.text().equals("List") && version.text().equals("v1")) {
            if (mapping.find("items") instanceof Sequence items) {
                items.items().forEach(item -> look(file, item, found));
            }
            return;
        }
        int slash = version.text().indexOf('/');
        String group = slash < 0 ? "" : version.text().substring(0, slash);
        if (ObjectReader.kind(kind.text(), group) == null) {
            found.add(new PassedOver(file, mapping.line(), group, kind.text(), name(mapping)));
        }
    }

    private static String name(Mapping object) {
        Map<String, YamlValue> metadata = object.find("metadata") instanceof Mapping meta ? meta.entries() : Map.of();
        String name = metadata.get("name") instanceof Scalar text ? text.text() : "";
        return metadata.get("namespace") instanceof Scalar namespace ? namespace.text() + "/" + name : name;
    }
}
