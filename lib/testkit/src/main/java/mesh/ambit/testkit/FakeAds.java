package mesh.ambit.testkit;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.AuthorizationWire;
import mesh.ambit.wire.TypeUrl;

/**
 * A delta ADS server that says what a test tells it to, over TLS on loopback. Thread-safe.
 *
 * <pre>
 * try (FakeAds ads = FakeAds.start(new TestAuthority("test"))) {
 *     // a client connects to ads.address()
 *     FakeAds.Stream stream = ads.awaitStream();
 *     stream.awaitRequest(); // Address
 *     stream.awaitRequest(); // Authorization
 *     stream.sendAddresses(List.of(workload));
 *     stream.awaitRequest(); // the acknowledgement
 * }
 * </pre>
 */
public final class FakeAds implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
    private final GrpcServer server;

    private FakeAds(TestAuthority authority, String... names) {
        server = new GrpcServer(new Service(), authority, names);
    }

    /** Starts a server whose certificate {@code authority} signs. */
    public static FakeAds start(TestAuthority authority) {
        return start(authority, GrpcServer.USUAL_NAMES);
    }

    /** Starts a server whose certificate has {@code names}. */
    public static FakeAds start(TestAuthority authority, String... names) {
        FakeAds ads = new FakeAds(authority, names);
        ads.server.start();
        return ads;
    }

    /** Returns where it listens; the same after {@link #restart}. */
    public URI address() {
        return server.address();
    }

    /** Returns the next stream that a client opens, or one that it opened already. */
    public Stream awaitStream() {
        return poll(streams, "a stream");
    }

    /** Returns the metadata of every stream so far, in order. */
    public List<Metadata> calls() {
        return List.copyOf(server.calls());
    }

    /** Goes away as a process that is killed does. */
    public void kill() {
        server.stop();
    }

    /** Comes back on the same port, without memory. */
    public void restart() {
        server.start();
    }

    @Override
    public void close() {
        server.close();
    }

    /** One client's stream. */
    public static final class Stream {
        private final BlockingQueue<DeltaDiscoveryRequest> requests = new LinkedBlockingQueue<>();
        private final StreamObserver<DeltaDiscoveryResponse> responses;
        private final AtomicInteger nonces = new AtomicInteger();

        private Stream(StreamObserver<DeltaDiscoveryResponse> responses) {
            this.responses = responses;
        }

        /** Returns the next request. */
        public DeltaDiscoveryRequest awaitRequest() {
            return poll(requests, "a request");
        }

        /** Takes the next request, and returns the versions that it lists. */
        public Map<String, String> awaitVersions() {
            return awaitRequest().getInitialResourceVersionsMap();
        }

        /** Sends workloads and services, each with a version made of its content. */
        public void sendAddresses(List<? extends MeshResource> resources, String... removals) {
            DeltaDiscoveryResponse.Builder response =
                    DeltaDiscoveryResponse.newBuilder().setTypeUrl(TypeUrl.ADDRESS);
            for (MeshResource resource : resources) {
                ByteString value = AddressWire.encode(resource);
                response.addResources(resource(resource.resourceName(), Integer.toHexString(value.hashCode()), value));
            }
            send(response.addAllRemovedResources(Arrays.asList(removals)));
        }

        /** Sends policies, without versions, as the reference control plane does. */
        public void sendPolicies(List<Policy> policies, String... removals) {
            DeltaDiscoveryResponse.Builder response =
                    DeltaDiscoveryResponse.newBuilder().setTypeUrl(TypeUrl.AUTHORIZATION);
            for (Policy policy : policies) {
                response.addResources(resource(policy.key(), "", AuthorizationWire.encode(policy)));
            }
            send(response.addAllRemovedResources(Arrays.asList(removals)));
        }

        /**
         * Answers, on a thread of its own, every name that is asked for from now on, until the client has said nothing for a
         * while: with the resource of that name, or that there is none.
         *
         * @return the names, as they are asked for
         */
        public List<String> answer(Map<String, ? extends MeshResource> known) {
            List<String> asked = new CopyOnWriteArrayList<>();
            Thread.ofPlatform().daemon().start(() -> {
                while (true) {
                    DeltaDiscoveryRequest request;
                    try {
                        request = requests.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                        return;
                    }
                    if (request == null) {
                        return;
                    }
                    for (String name : request.getResourceNamesSubscribeList()) {
                        asked.add(name);
                        DeltaDiscoveryResponse.Builder response =
                                DeltaDiscoveryResponse.newBuilder().setTypeUrl(TypeUrl.ADDRESS);
                        MeshResource resource = known.get(name);
                        if (resource == null) {
                            response.addRemovedResources(name);
                        } else {
                            response.addResources(resource(name, "v", AddressWire.encode(resource)));
                        }
                        send(response);
                    }
                }
            });
            return asked;
        }

        /** Sends {@code response} with a new nonce, which is returned. */
        public String send(DeltaDiscoveryResponse.Builder response) {
            String nonce = "nonce-" + nonces.incrementAndGet();
            synchronized (responses) {
                responses.onNext(response.setNonce(nonce).build());
            }
            return nonce;
        }

        /** Ends the stream in order. */
        public void complete() {
            synchronized (responses) {
                responses.onCompleted();
            }
        }

        /** Ends the stream with {@code status}. */
        public void fail(Status status) {
            synchronized (responses) {
                responses.onError(status.asRuntimeException());
            }
        }
    }

    /** Returns a resource with any bytes, broken ones too. */
    public static Resource resource(String name, String version, ByteString value) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion(version)
                .setResource(Any.newBuilder().setValue(value))
                .build();
    }

    private static <T> T poll(BlockingQueue<T> queue, String what) {
        try {
            T found = queue.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            if (found == null) {
                throw new AssertionError("no client sent " + what + " within " + DEADLINE);
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        }
    }

    private final class Service extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> responses) {
            Stream stream = new Stream(responses);
            streams.add(stream);
            return new StreamObserver<>() {
                @Override
                public void onNext(DeltaDiscoveryRequest request) {
                    stream.requests.add(request);
                }

                @Override
                public void onError(Throwable error) {
                    // The client went away, which tests do on purpose.
                }

                @Override
                public void onCompleted() {
                    stream.complete();
                }
            };
        }
    }
}
