package mesh.ambit.xds;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
     * @param answered every name that the response speaks of, whatever it says
     * @param payloadBytes size of the resources together
     */
    record Reaction(
            boolean known,
            DeltaDiscoveryRequest reply,
            List<Rejection> rejections,
            List<String> answered,
            long payloadBytes) {}

    private static final String EVERYTHING = "*";

    private final AdsNode node;
    private final AdsMode mode;
    private final ResourceKeeper keeper;

    /** Type to resource name to version. */
    private final Map<String, Map<String, String>> retained = new LinkedHashMap<>();

    private final Set<String> acknowledged = new HashSet<>();

    AdsSession(AdsNode node, AdsMode mode, ResourceKeeper keeper) {
        this.node = node;
        this.mode = mode;
        this.keeper = keeper;
        TypeUrl.ALL.forEach(type -> retained.put(type, new LinkedHashMap<>()));
    }

    /** Returns what a new stream begins with: one request for each type, with the versions we have. */
    List<DeltaDiscoveryRequest> begin() {
        List<DeltaDiscoveryRequest> requests = new ArrayList<>();
        retained.forEach((type, versions) -> {
            DeltaDiscoveryRequest.Builder request = DeltaDiscoveryRequest.newBuilder()
                    .setNode(node.toProto())
                    .setTypeUrl(type)
                    .putAllInitialResourceVersions(versions);
            if (isOnDemand(type)) {
                // The protocol has no word for "nothing yet": empty lists would mean everything.
                request.addResourceNamesSubscribe(EVERYTHING).addResourceNamesUnsubscribe(EVERYTHING);
            }
            requests.add(request.build());
        });
        return requests;
    }

    /**
     * Returns the request for one workload or service. Until it is answered a new stream lists the name without a version,
     * and so is told of it.
     */
    DeltaDiscoveryRequest demand(String name) {
        versions(TypeUrl.ADDRESS).putIfAbsent(name, "");
        return DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(TypeUrl.ADDRESS)
                .addResourceNamesSubscribe(name)
                .build();
    }

    /** Takes what an earlier process had accepted, and says so to the next stream. */
    Reaction restore(DeltaDiscoveryResponse saved, ResourceSink sink) {
        return receive(saved, sink, (type, accepted, _) -> keeper.restored(type, accepted));
    }

    /**
     * Hands what is accepted of {@code response} to {@code sink} and returns what follows. When the sink throws, nothing of
     * the response counts as received, so that the control plane sends it again after a reconnect.
     */
    Reaction receive(DeltaDiscoveryResponse response, ResourceSink sink) {
        Reaction reaction = receive(response, sink, keeper);
        if (reaction.known() && reaction.rejections().isEmpty()) {
            acknowledged.add(response.getTypeUrl());
        }
        return reaction;
    }

    private Reaction receive(DeltaDiscoveryResponse response, ResourceSink sink, ResourceKeeper keeper) {
        return switch (response.getTypeUrl()) {
            case TypeUrl.ADDRESS -> receive(response, AddressWire::decode, MeshUpdates.Addresses::new, sink, keeper);
            case TypeUrl.AUTHORIZATION ->
                receive(response, AuthorizationWire::decode, MeshUpdates.Policies::new, sink, keeper);
            // Acknowledged all the same: a control plane that knows more than we do must not be kept waiting.
            default ->
                new Reaction(false, acknowledgement(response, List.of()), List.of(), List.of(), payloadBytes(response));
        };
    }

    /**
     * Returns whether every type that is asked for as a whole has been accepted completely at least once. What is asked
     * for by name is never complete.
     */
    boolean isSynced() {
        return TypeUrl.ALL.stream().filter(type -> !isOnDemand(type)).allMatch(acknowledged::contains);
    }

    private boolean isOnDemand(String type) {
        return mode == AdsMode.ON_DEMAND && type.equals(TypeUrl.ADDRESS);
    }

    private Map<String, String> versions(String type) {
        return requireNonNull(retained.get(type), "a type that we asked for");
    }

    private <T> Reaction receive(
            DeltaDiscoveryResponse response,
            Function<Resource, Decoded<T>> decode,
            BiFunction<List<T>, List<String>, MeshUpdates> batch,
            ResourceSink sink,
            ResourceKeeper keeper) {
        List<Resource> accepted = new ArrayList<>(response.getResourcesCount());
        List<String> answered = new ArrayList<>(response.getRemovedResourcesList());
        List<T> upserts = new ArrayList<>(response.getResourcesCount());
        List<Rejection> invalid = new ArrayList<>();
        List<Rejection> undecodable = new ArrayList<>();
        for (Resource resource : response.getResourcesList()) {
            answered.add(resource.getName());
            answered.addAll(resource.getAliasesList());
            switch (decode.apply(resource)) {
                case Decoded.Accepted<T> good -> {
                    upserts.add(good.value());
                    accepted.add(resource);
                }
                // The version accepted before stays, as does the content.
                case Decoded.Rejected<T>(String name, String reason, boolean broken) ->
                    (broken ? undecodable : invalid).add(new Rejection(name, reason));
            }
        }
        sink.apply(batch.apply(upserts, response.getRemovedResourcesList()));

        Map<String, String> versions = versions(response.getTypeUrl());
        accepted.forEach(resource -> versions.put(resource.getName(), resource.getVersion()));
        response.getRemovedResourcesList().forEach(versions::remove);
        keeper.keep(response.getTypeUrl(), accepted, response.getRemovedResourcesList());
        List<Rejection> rejections = new ArrayList<>(invalid);
        rejections.addAll(undecodable);
        return new Reaction(
                true,
                acknowledgement(response, rejections),
                List.copyOf(rejections),
                List.copyOf(answered),
                payloadBytes(response));
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
