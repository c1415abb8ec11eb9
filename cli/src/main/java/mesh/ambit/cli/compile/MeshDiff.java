package mesh.ambit.cli.compile;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.cli.terminal.Output;
import org.jspecify.annotations.Nullable;

/**
 * How two meshes differ, resource by resource.
 *
 * @param changes what differs, by message and resource name
 */
record MeshDiff(SortedMap<Resource, Change> changes) {
    /** A resource that both sides may have. */
    record Resource(String message, String name) implements Comparable<Resource> {
        @Override
        public int compareTo(Resource other) {
            int byMessage = message.compareTo(other.message);
            return byMessage != 0 ? byMessage : name.compareTo(other.name);
        }
    }

    /** A resource on both sides; null where it is not. They are not equal. */
    record Change(@Nullable JsonElement before, @Nullable JsonElement after) {
        String kind() {
            if (before == null) {
                return "added";
            }
            return after == null ? "removed" : "changed";
        }
    }

    /** Compares two compilations. */
    static MeshDiff between(JsonObject before, JsonObject after) {
        SortedMap<Resource, Change> changes = new TreeMap<>();
        TreeSet<String> messages = new TreeSet<>(before.keySet());
        messages.addAll(after.keySet());
        for (String message : messages) {
            Map<String, JsonElement> old = resources(before, message);
            Map<String, JsonElement> now = resources(after, message);
            TreeSet<String> names = new TreeSet<>(old.keySet());
            names.addAll(now.keySet());
            for (String name : names) {
                Change change = new Change(old.get(name), now.get(name));
                boolean same = change.before() != null && change.before().equals(change.after());
                if (!same) {
                    changes.put(new Resource(message, name), change);
                }
            }
        }
        return new MeshDiff(changes);
    }

    private static Map<String, JsonElement> resources(JsonObject mesh, String message) {
        JsonElement resources = mesh.get(message);
        return resources == null ? Map.of() : resources.getAsJsonObject().asMap();
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /** Returns a unified diff for each resource, and a last line that counts them. */
    List<String> text() {
        List<String> lines = new ArrayList<>();
        changes.forEach((resource, change) -> {
            String path = resource.message() + " " + resource.name();
            lines.add("--- " + (change.before() == null ? "/dev/null" : path));
            lines.add("+++ " + (change.after() == null ? "/dev/null" : path));
            lines.addAll(LineDiff.hunks(lines(change.before()), lines(change.after())));
        });
        lines.add(count("added") + " added, " + count("changed") + " changed, " + count("removed") + " removed");
        return lines;
    }

    /** Returns the resources under {@code added}, {@code changed} ({@code before} and {@code after}) and {@code removed}. */
    JsonObject document() {
        JsonObject document = new JsonObject();
        for (String kind : List.of("added", "changed", "removed")) {
            JsonObject ofKind = new JsonObject();
            changes.forEach((resource, change) -> {
                if (change.kind().equals(kind)) {
                    below(ofKind, resource.message()).add(resource.name(), json(change));
                }
            });
            document.add(kind, ofKind);
        }
        return document;
    }

    private static JsonObject below(JsonObject parent, String name) {
        if (!parent.has(name)) {
            parent.add(name, new JsonObject());
        }
        return parent.getAsJsonObject(name);
    }

    private static @Nullable JsonElement json(Change change) {
        if (change.before() == null || change.after() == null) {
            return change.before() == null ? change.after() : change.before();
        }
        JsonObject both = new JsonObject();
        both.add("before", change.before());
        both.add("after", change.after());
        return both;
    }

    private long count(String kind) {
        return changes.values().stream()
                .filter(change -> change.kind().equals(kind))
                .count();
    }

    private static List<String> lines(@Nullable JsonElement resource) {
        return resource == null
                ? List.of()
                : Output.JSON.print(resource).lines().toList();
    }
}
