package mesh.ambit.ztunnel.app;

import java.util.ArrayList;
import java.util.List;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.MeshView;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.xds.MeshUpdates;
import mesh.ambit.xds.ResourceSink;
import mesh.ambit.ztunnel.outbound.DepartureBoard;
import mesh.ambit.ztunnel.outbound.Departures;

/** Publishes what the control plane says, one message at a time. */
final class MeshSink implements ResourceSink {
    private final MeshView mesh;
    private final PolicyView policies;
    private final CertificateInterest certificates;
    private final DepartureBoard departures;

    MeshSink(MeshView mesh, PolicyView policies, CertificateInterest certificates, DepartureBoard departures) {
        this.mesh = mesh;
        this.policies = policies;
        this.certificates = certificates;
        this.departures = departures;
    }

    @Override
    public void apply(MeshUpdates updates) {
        switch (updates) {
            case MeshUpdates.Addresses(List<MeshResource> upserts, List<String> removals) -> {
                MeshSnapshot before = mesh.current();
                MeshSnapshot after = before.apply(upserts, removals);
                List<String> names = new ArrayList<>(removals);
                upserts.forEach(upsert -> names.add(upsert.resourceName()));
                certificates.changed(before, after, names);
                mesh.publish(after);
                departures.post(Departures.between(before, after, names));
            }
            case MeshUpdates.Policies(var upserts, var removals) -> {
                // Told even if nothing changed in the end: upstream judges again on every push, too.
                policies.publish(policies.current().apply(upserts, removals));
            }
        }
    }
}
