package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;

/**
 * What one object adds to the mesh.
 *
 * @param abroad endpoints on other networks, which clients reach through these networks' gateways only
 * @param warnings what is left out or taken otherwise than written, one sentence each
 */
record Output(
        List<? extends MeshResource> addresses, List<Policy> policies, List<Abroad> abroad, List<String> warnings) {
    static final Output NOTHING = new Output(List.of(), List.of(), List.of(), List.of());

    Output {
        addresses = List.copyOf(addresses);
        policies = List.copyOf(policies);
        abroad = List.copyOf(abroad);
        warnings = List.copyOf(warnings);
    }

    /**
     * An endpoint of a Service on another network.
     *
     * @param capacity its weight, unsigned; 1 when it has none
     */
    record Abroad(ObjectKey service, String network, int capacity, String namespace, String serviceAccount) {}

    static Output ofAddresses(List<? extends MeshResource> addresses) {
        return new Output(addresses, List.of(), List.of(), List.of());
    }

    static Output warning(String warning) {
        return new Output(List.of(), List.of(), List.of(), List.of(warning));
    }
}
