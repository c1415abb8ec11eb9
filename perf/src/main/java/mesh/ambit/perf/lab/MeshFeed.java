package mesh.ambit.perf.lab;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;
import mesh.ambit.wire.TypeUrl;

/** Tells every ztunnel of the whole mesh, and of each change. Thread-safe. */
final class MeshFeed extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    private final Map<String, Resource> addresses = new LinkedHashMap<>();
    private final Map<String, Resource> policies = new LinkedHashMap<>();
    private final List<Stream> streams = new ArrayList<>();
    private long version;

    synchronized void update(List<? extends MeshResource> resources) {
        tellAll(TypeUrl.ADDRESS, encode(resources));
    }

    /** As {@link #update(List)}, but nobody else than {@code instances} is told; who comes later learns of it too. */
    synchronized void update(List<? extends MeshResource> resources, Set<String> instances) {
        List<Resource> changed = encode(resources);
        streams.stream()
                .filter(stream -> instances.contains(stream.instance))
                .filter(stream -> stream.types.contains(TypeUrl.ADDRESS))
                .forEach(stream -> stream.tell(TypeUrl.ADDRESS, changed));
    }

    /** Under the lock. */
    private List<Resource> encode(List<? extends MeshResource> resources) {
        List<Resource> changed = new ArrayList<>();
        for (MeshResource resource : resources) {
            Resource encoded = encode(resource.resourceName(), AddressWire.encode(resource));
            addresses.put(resource.resourceName(), encoded);
            changed.add(encoded);
        }
        return changed;
    }

    synchronized void enforce(Policy policy) {
        Resource encoded = encode(policy.key(), AuthorizationWire.encode(policy));
        policies.put(policy.key(), encoded);
        tellAll(TypeUrl.AUTHORIZATION, List.of(encoded));
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> responses) {
        Stream stream = new Stream(responses);
        // With a handler, speaking to one that has gone is no error.
        ((ServerCallStreamObserver<DeltaDiscoveryResponse>) responses).setOnCancelHandler(() -> forget(stream));
        return stream;
    }

    private Resource encode(String name, ByteString value) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion(Long.toString(++version))
                .setResource(Any.newBuilder().setValue(value))
                .build();
    }

    private void tellAll(String type, List<Resource> resources) {
        streams.stream().filter(stream -> stream.types.contains(type)).forEach(stream -> stream.tell(type, resources));
    }

    /** Returns the address in a node's id, {@code ztunnel~ADDRESS~POD.NAMESPACE~…}. Only the first words of a stream have one. */
    private static String instance(String id) {
        int begin = id.indexOf('~') + 1;
        int end = id.indexOf('~', begin);
        return end < 0 ? "" : id.substring(begin, end);
    }

    private synchronized void subscribe(Stream stream, String instance, String type) {
        if (!instance.isEmpty()) {
            stream.instance = instance;
        }
        if (stream.types.add(type)) {
            streams.remove(stream);
            streams.add(stream);
            Map<String, Resource> all = type.equals(TypeUrl.ADDRESS) ? addresses : policies;
            stream.tell(type, List.copyOf(all.values()));
        }
    }

    private synchronized void forget(Stream stream) {
        streams.remove(stream);
    }

    /** One ztunnel. What it says after its first words on a type is an acknowledgement. */
    private final class Stream implements StreamObserver<DeltaDiscoveryRequest> {
        private final StreamObserver<DeltaDiscoveryResponse> responses;
        private final Set<String> types = new HashSet<>();
        private String instance = "";

        private Stream(StreamObserver<DeltaDiscoveryResponse> responses) {
            this.responses = responses;
        }

        /** Under the feed's lock. */
        private void tell(String type, List<Resource> resources) {
            responses.onNext(DeltaDiscoveryResponse.newBuilder()
                    .setTypeUrl(type)
                    .setNonce(Long.toString(++version))
                    .addAllResources(resources)
                    .build());
        }

        @Override
        public void onNext(DeltaDiscoveryRequest request) {
            if (TypeUrl.ALL.contains(request.getTypeUrl())) {
                subscribe(this, instance(request.getNode().getId()), request.getTypeUrl());
            }
        }

        @Override
        public void onError(Throwable error) {
            forget(this);
        }

        @Override
        public void onCompleted() {
            forget(this);
            responses.onCompleted();
        }
    }
}
