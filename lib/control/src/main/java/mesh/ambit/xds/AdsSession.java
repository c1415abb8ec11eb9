package mesh.ambit.xds;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.discovery.Status;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;
import mesh.ambit.wire.Decoded;
import mesh.ambit.wire.TypeUrl;

/**
 * The client's side of delta ADS, across connections: which requests are sent, and what a response means.
 *
 * <p>No I/O, no clock, no log. Remembers the version of every resource that was accepted, so that after a reconnect the
 * control plane sends only what changed. Belongs to one thread.
 */
final class AdsSession {
    /** One resource that is not applied, and why. */
    record Rejection(String name, String reason) {
        @Override
        public String toString() {
            return name + ": " + reason;
        }
    }

    /**
     * What follows from a response.
     *
     * @param known whether anybody asked for the type
     * @param reply acknowledges, or names what was rejected
     * @param rejections what was rejected
     * @param payloadBytes size of the resources together
     */
    record Reaction(boolean known, DeltaDiscoveryRequest reply, List<Rejection> rejections, long payloadBytes) {}

    private final AdsNode node;

    /** Type to resource name to version. */
    private final Map<String, Map<String, String>> retained = new LinkedHashMap<>();

    private final Set<String> acknowledged = new HashSet<>();

    AdsSession(AdsNode node) {
        this.node = node;
        TypeUrl.ALL.forEach(type -> retained.put(type, new TreeMap<>()));
    }

    /** Returns what a new stream begins with: one request for each type, with the versions we have. */
    List<DeltaDiscoveryRequest> begin() {
        List<DeltaDiscoveryRequest> requests = new ArrayList<>();
        retained.forEach((type, versions) -> requests.add(DeltaDiscoveryRequest.newBuilder()
                .setNode(node.toProto())
                .setTypeUrl(type)
                .putAllInitialResourceVersions(versions)
                .build()));
        return requests;
    }

    /**
     * Hands what is accepted of {@code response} to {@code sink} and returns what follows. When the sink throws, nothing of
     * the response counts as received, so that the control plane sends it again after a reconnect.
     */
    Reaction receive(DeltaDiscoveryResponse response, ResourceSink sink) {
        return switch (response.getTypeUrl()) {
            case TypeUrl.ADDRESS -> receive(response, AddressWire::decode, MeshUpdates.Addresses::new, sink);
            case TypeUrl.AUTHORIZATION -> receive(response, AuthorizationWire::decode, MeshUpdates.Policies::new, sink);
            // Acknowledged all the same: a control plane that knows more than we do must not be kept waiting.
            default -> new Reaction(false, acknowledgement(response, List.of()), List.of(), payloadBytes(response));
        };
    }

    /** Returns whether every type has been accepted completely at least once. */
    boolean isSynced() {
        return acknowledged.containsAll(TypeUrl.ALL);
    }

    private <T> Reaction receive(
            DeltaDiscoveryResponse response,
            Function<Resource, Decoded<T>> decode,
            BiFunction<List<T>, List<String>, MeshUpdates> batch,
            ResourceSink sink) {
        Map<String, String> accepted = new LinkedHashMap<>();
        List<T> upserts = new ArrayList<>(response.getResourcesCount());
        List<Rejection> invalid = new ArrayList<>();
        List<Rejection> undecodable = new ArrayList<>();
        for (Resource resource : response.getResourcesList()) {
            switch (decode.apply(resource)) {
                case Decoded.Accepted<T>(String name, T value) -> {
                    upserts.add(value);
                    accepted.put(name, resource.getVersion());
                }
                // The version accepted before stays, as does the content.
                case Decoded.Rejected<T>(String name, String reason, boolean broken) ->
                    (broken ? undecodable : invalid).add(new Rejection(name, reason));
            }
        }
        sink.apply(batch.apply(upserts, response.getRemovedResourcesList()));

        Map<String, String> versions = requireNonNull(retained.get(response.getTypeUrl()), "a type that we asked for");
        versions.putAll(accepted);
        response.getRemovedResourcesList().forEach(versions::remove);
        List<Rejection> rejections = new ArrayList<>(invalid);
        rejections.addAll(undecodable);
        if (rejections.isEmpty()) {
            acknowledged.add(response.getTypeUrl());
        }
        return new Reaction(
                true, acknowledgement(response, rejections), List.copyOf(rejections), payloadBytes(response));
    }

    private static DeltaDiscoveryRequest acknowledgement(DeltaDiscoveryResponse response, List<Rejection> rejections) {
        DeltaDiscoveryRequest.Builder reply = DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setResponseNonce(response.getNonce());
        if (!rejections.isEmpty()) {
            List<String> reasons = new ArrayList<>();
            rejections.forEach(rejection -> reasons.add(rejection.toString()));
            reply.setErrorDetail(Status.newBuilder().setMessage(String.join("; ", reasons)));
        }
        return reply.build();
    }

    private static long payloadBytes(DeltaDiscoveryResponse response) {
        long bytes = 0;
        for (Resource resource : response.getResourcesList()) {
            bytes += resource.getResource().getValue().size();
        }
        return bytes;
    }
}
