package mesh.ambit.xds;

import mesh.ambit.policy.Policy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says which policies come and go, in the reference's words, before they are applied. */
final class PolicyLog implements ResourceSink {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyLog.class);

    /** A field of this name stands with the scope, as the number of the connection does in the reference's lines. */
    private static final String CONNECTION = "@xds.id";

    private final ResourceSink sink;
    private long connection;

    PolicyLog(ResourceSink sink) {
        this.sink = sink;
    }

    /** What comes from now on comes over the next connection. */
    void nextConnection() {
        connection++;
    }

    @Override
    public void apply(MeshUpdates updates) {
        if (updates instanceof MeshUpdates.Policies policies) {
            for (Policy policy : policies.upserts()) {
                LOG.atInfo().addKeyValue(CONNECTION, connection).log("handling RBAC update {}", policy.name());
            }
            for (String name : policies.removals()) {
                LOG.atInfo().addKeyValue(CONNECTION, connection).log("handling RBAC delete {}", name);
            }
        }
        sink.apply(updates);
    }
}
