package mesh.ambit.kube;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every object says about itself. Texts that are not given are empty, maps and lists too.
 *
 * @param namespace empty for kinds that live in no namespace
 * @param labels sorted by key, as are the annotations
 * @param creationTimestamp null when not given; all such objects count as equally old
 * @param deletionTimestamp null unless the object is being deleted
 * @param generation which version of what was asked for this is; 0 unless the object's kind is one with conditions of ours
 */
public record ObjectMeta(
        String name,
        String namespace,
        String uid,
        String generateName,
        Map<String, String> labels,
        Map<String, String> annotations,
        @Nullable Instant creationTimestamp,
        @Nullable Instant deletionTimestamp,
        List<OwnerReference> ownerReferences,
        long generation) {

    public ObjectMeta {
        requireNonNull(name, "name");
        requireNonNull(namespace, "namespace");
        requireNonNull(uid, "uid");
        requireNonNull(generateName, "generateName");
        labels = Copies.sorted(labels);
        annotations = Copies.sorted(annotations);
        ownerReferences = List.copyOf(ownerReferences);
    }

    /** Returns metadata that has a namespace and a name and nothing else. */
    public static ObjectMeta of(String namespace, String name) {
        return new ObjectMeta(name, namespace, "", "", Map.of(), Map.of(), null, null, List.of(), 0);
    }

    /** Returns this metadata with other labels. */
    public ObjectMeta withLabels(Map<String, String> replacement) {
        return new ObjectMeta(
                name,
                namespace,
                uid,
                generateName,
                replacement,
                annotations,
                creationTimestamp,
                deletionTimestamp,
                ownerReferences,
                generation);
    }

    /** Returns this metadata with other annotations. */
    public ObjectMeta withAnnotations(Map<String, String> replacement) {
        return new ObjectMeta(
                name,
                namespace,
                uid,
                generateName,
                labels,
                replacement,
                creationTimestamp,
                deletionTimestamp,
                ownerReferences,
                generation);
    }

    /** Returns this metadata with another uid. */
    public ObjectMeta withUid(String replacement) {
        return new ObjectMeta(
                name,
                namespace,
                replacement,
                generateName,
                labels,
                annotations,
                creationTimestamp,
                deletionTimestamp,
                ownerReferences,
                generation);
    }
}
