package mesh.ambit.istiod.ambient;

import java.time.Instant;
import java.util.Comparator;
import mesh.ambit.kube.KubeObject;

/** Which of several competing objects counts: the oldest, among equally old ones the first by namespace and name. */
final class Seniority {
    /** The oldest first. Objects without a time count as equally old, and as older than all others. */
    static final Comparator<KubeObject> OLDEST_FIRST = Comparator.<KubeObject, Instant>comparing(
                    object -> object.metadata().creationTimestamp(), Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(object -> object.metadata().namespace())
            .thenComparing(object -> object.metadata().name());

    private Seniority() {}
}
