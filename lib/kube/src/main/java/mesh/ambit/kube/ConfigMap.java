package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** Named texts, sorted by name. */
public record ConfigMap(ObjectMeta metadata, Map<String, String> data) implements KubeObject {
    public ConfigMap {
        requireNonNull(metadata, "metadata");
        data = Copies.sorted(data);
    }

    @Override
    public Kind kind() {
        return Kind.CONFIG_MAP;
    }
}
