package mesh.ambit.istiod.push;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.DiscoveryRequest;
import mesh.ambit.protocol.discovery.DiscoveryResponse;
import org.jspecify.annotations.Nullable;

/**
 * The methods of ADS: opens streams, each of which is an {@link AdsStream} where responses are differences, and a
 * {@link StateStream} where they are whole states.
 */
public final class DiscoveryService implements BindableService {
    private static final StreamObserver<ClientRequest> REFUSED = new Deaf<>();
    private static final StreamObserver<DiscoveryRequest> WHOLE_REFUSED = new Deaf<>();

    private final PushHub hub;
    private final DebugAnswers debug;
    private final Supplier<@Nullable CallerIdentity> caller;
    private final AtomicLong connections = new AtomicLong();

    /**
     * Creates the service.
     *
     * @param caller tells who was proved to make the call that the current thread serves; null on a port that asks for
     *     no proof
     */
    public DiscoveryService(PushHub hub, DebugAnswers debug, Supplier<@Nullable CallerIdentity> caller) {
        this.hub = hub;
        this.debug = debug;
        this.caller = caller;
    }

    /** Returns the service with responses that are encoded already. */
    @Override
    public ServerServiceDefinition bindService() {
        MethodDescriptor<DeltaDiscoveryRequest, DeltaDiscoveryResponse> generated =
                AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod();
        MethodDescriptor<ClientRequest, EncodedResponse> method = generated.toBuilder(
                        new ClientRequest.Marshaller(generated.getRequestMarshaller(), hub.metrics()::received),
                        new EncodedResponse.Marshaller())
                .setSchemaDescriptor(null)
                .build();
        return ServerServiceDefinition.builder(AggregatedDiscoveryServiceGrpc.SERVICE_NAME)
                .addMethod(method, ServerCalls.asyncBidiStreamingCall(this::open))
                .addMethod(
                        AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod(),
                        ServerCalls.asyncBidiStreamingCall(this::openWhole))
                .build();
    }

    private StreamObserver<ClientRequest> open(StreamObserver<EncodedResponse> responses) {
        if (!hub.hasState()) {
            responses.onError(unknownMesh());
            return REFUSED;
        }
        CallerIdentity known = caller.get();
        AdsStream stream = new AdsStream(
                connection(known),
                known,
                (ServerCallStreamObserver<EncodedResponse>) responses,
                hub,
                debug,
                CallExecutors.ofCall(),
                FirstWord.ofCall());
        stream.attach();
        return stream;
    }

    private StreamObserver<DiscoveryRequest> openWhole(StreamObserver<DiscoveryResponse> responses) {
        if (!hub.hasState()) {
            responses.onError(unknownMesh());
            return WHOLE_REFUSED;
        }
        CallerIdentity known = caller.get();
        StateStream stream = new StateStream(
                connection(known), known, (ServerCallStreamObserver<DiscoveryResponse>) responses, hub, debug);
        stream.attach();
        return stream;
    }

    private static StatusRuntimeException unknownMesh() {
        return Status.UNAVAILABLE
                .withDescription("the mesh is not known yet, try again")
                .asRuntimeException();
    }

    private String connection(@Nullable CallerIdentity known) {
        String name = known == null ? "plaintext" : known.namespace() + "/" + known.serviceAccount();
        return name + "-" + connections.incrementAndGet();
    }

    /** Hears nothing of a call that was refused. */
    private static final class Deaf<T> implements StreamObserver<T> {
        @Override
        public void onNext(T request) {}

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {}
    }
}
