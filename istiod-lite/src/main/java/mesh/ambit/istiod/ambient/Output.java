package mesh.ambit.istiod.ambient;

import java.util.List;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;

/**
 * What one object adds to the mesh.
 *
 * @param abroad endpoints on other networks, which clients reach through these networks' gateways only
 * @param warnings what is left out or taken otherwise than written, one sentence each
 */
record Output(
        List<? extends MeshResource> addresses,
        List<Policy> policies,
        List<Abroad.Endpoint> abroad,
        List<String> warnings) {
    static final Output NOTHING = new Output(List.of(), List.of(), List.of(), List.of());

    Output {
        addresses = List.copyOf(addresses);
        policies = List.copyOf(policies);
        abroad = List.copyOf(abroad);
        warnings = List.copyOf(warnings);
    }

    static Output warning(String warning) {
        return new Output(List.of(), List.of(), List.of(), List.of(warning));
    }
}
