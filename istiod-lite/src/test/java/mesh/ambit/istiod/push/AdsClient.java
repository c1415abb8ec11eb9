package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Node;
import org.jspecify.annotations.Nullable;

/** A bare client of the delta method: sends what it is told and keeps what comes. */
public final class AdsClient implements AutoCloseable {
    public static final String ADDRESS = "type.googleapis.com/istio.workload.Address";
    public static final String AUTHORIZATION = "type.googleapis.com/istio.security.Authorization";

    static final String STATUS = "istio.io/debug/syncz";

    private static final long PATIENCE_SECONDS = 120;

    private final LinkedBlockingQueue<DeltaDiscoveryResponse> responses = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final Calls calls;
    private final Node node;
    private boolean introduced;

    /** Opens a stream with {@code token}; null sends none. */
    public AdsClient(ManagedChannel channel, @Nullable String token, String namespace, String nodeName) {
        this(channel, token, namespace, nodeName, true);
    }

    /** Opens a stream that reads nothing until {@link #read} unless {@code eager}. */
    AdsClient(ManagedChannel channel, @Nullable String token, String namespace, String nodeName, boolean eager) {
        Metadata headers = new Metadata();
        if (token != null) {
            headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
        }
        node = Node.newBuilder()
                .setId("ztunnel~10.77.0.11~ztunnel-" + nodeName + "." + namespace + "~" + namespace
                        + ".svc.cluster.local")
                .setMetadata(Struct.newBuilder()
                        .putFields(
                                "NODE_NAME",
                                Value.newBuilder().setStringValue(nodeName).build()))
                .build();
        calls = new Calls(eager);
        AggregatedDiscoveryServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withMaxInboundMessageSize(200 * 1024 * 1024)
                .deltaAggregatedResources(calls);
    }

    private final class Calls implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
        private final boolean eager;
        private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> requests;

        Calls(boolean eager) {
            this.eager = eager;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> stream) {
            requests = stream;
            if (!eager) {
                stream.disableAutoRequestWithInitial(0);
            }
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable t) {
            end.complete(Status.fromThrowable(t));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }

        ClientCallStreamObserver<DeltaDiscoveryRequest> requests() {
            if (requests == null) {
                throw new IllegalStateException("the call has not begun");
            }
            return requests;
        }
    }

    /** Sends {@code request}, the first time with who we are. */
    public void send(DeltaDiscoveryRequest.Builder request) {
        if (!introduced) {
            introduced = true;
            request.setNode(node);
        }
        calls.requests().onNext(request.build());
    }

    /** Sends the first request of a type. */
    public void subscribe(String type) {
        send(DeltaDiscoveryRequest.newBuilder().setTypeUrl(type));
    }

    /** Acknowledges {@code response}. */
    public void acknowledge(DeltaDiscoveryResponse response) {
        send(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setResponseNonce(response.getNonce()));
    }

    /** Asks for one more response, for a stream that is not eager. */
    void read() {
        calls.requests().request(1);
    }

    /** Returns the next response; fails the test when none comes. */
    public DeltaDiscoveryResponse next() throws InterruptedException {
        DeltaDiscoveryResponse response = responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (response == null) {
            throw new AssertionError("no response; the stream " + (end.isDone() ? "ended: " + end.join() : "is open"));
        }
        return response;
    }

    /** Waits until something comes; returns whether that is a response, which stays to be taken, and not the end. */
    public boolean isServed() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (responses.isEmpty() && !end.isDone()) {
            assertThat(System.nanoTime() - deadline).as("waiting for an answer").isNegative();
            LockSupport.parkNanos(1_000_000);
        }
        return !responses.isEmpty();
    }

    /**
     * Returns all that comes until the server has nothing more to say, by asking it for something else: whatever is due
     * goes out after the answer to a request at the latest, and so before the answer to the next one.
     */
    public List<DeltaDiscoveryResponse> untilQuiet() throws InterruptedException {
        List<DeltaDiscoveryResponse> came = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            send(DeltaDiscoveryRequest.newBuilder().setTypeUrl(STATUS));
            for (DeltaDiscoveryResponse response = next();
                    !response.getTypeUrl().equals(STATUS);
                    response = next()) {
                came.add(response);
            }
        }
        return came;
    }

    /** Ends our side, waits for the other and asserts that nothing came that was not taken. */
    public void finish() throws Exception {
        calls.requests().onCompleted();
        assertThat(end.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(Status.OK);
        assertThat(responses).isEmpty();
    }

    /** Returns how the server ended the stream. */
    public Status.Code end() throws Exception {
        return end.get(PATIENCE_SECONDS, TimeUnit.SECONDS).getCode();
    }

    @Override
    public void close() {
        if (!end.isDone()) {
            calls.requests().cancel("test is over", null);
        }
    }
}
