package mesh.ambit.istiod.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** What a Lease says ({@code coordination.k8s.io/v1}). Pure. */
final class Lease {
    private static final DateTimeFormatter MICRO_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Lease() {}

    /** Returns who holds it; empty for nobody. */
    static String holder(JsonNode lease) {
        return lease.path("spec").path("holderIdentity").asText("");
    }

    /** Returns how long after a sign of life of its holder it runs out; so many seconds where it does not say. */
    static Duration duration(JsonNode lease, int otherwiseSeconds) {
        return Duration.ofSeconds(
                lease.path("spec").path("leaseDurationSeconds").asInt(otherwiseSeconds));
    }

    /**
     * Returns the lease with a sign of life of {@code holder}.
     *
     * @param present as it is; null where there is none
     * @param holder who holds it from now on; empty gives it back
     */
    static ObjectNode held(
            String namespace, String name, @Nullable JsonNode present, String holder, int seconds, Instant now) {
        ObjectNode lease = present == null ? ApiServer.JSON.createObjectNode() : present.deepCopy();
        lease.put("apiVersion", "coordination.k8s.io/v1").put("kind", "Lease");
        lease.withObjectProperty("metadata").put("name", name).put("namespace", namespace);
        ObjectNode spec = lease.withObjectProperty("spec");
        if (!holder(lease).equals(holder)) {
            spec.put("acquireTime", MICRO_TIME.format(now));
            spec.put("leaseTransitions", spec.path("leaseTransitions").asInt(0) + (present == null ? 0 : 1));
        }
        spec.put("holderIdentity", holder);
        spec.put("renewTime", MICRO_TIME.format(now));
        spec.put("leaseDurationSeconds", holder.isEmpty() ? 1 : seconds);
        return lease;
    }
}
