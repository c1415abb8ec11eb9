package mesh.ambit.istiod.push;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mesh.ambit.istiod.issuer.CallerIdentity;
import mesh.ambit.istiod.issuer.CallerInterceptor;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;

/** The delta ADS method: admits streams, each of which is an {@link AdsStream}. Must stand behind the interceptor. */
public final class DiscoveryService extends AggregatedDiscoveryServiceImplBase {
    private static final StreamObserver<DeltaDiscoveryRequest> REFUSED = new StreamObserver<>() {
        @Override
        public void onNext(DeltaDiscoveryRequest request) {}

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {}
    };

    private final PushHub hub;
    private final PushMetrics metrics;
    private final AdmissionRate admission;
    private final ScheduledExecutorService timer;
    private final AtomicLong connections = new AtomicLong();

    /**
     * Creates the service.
     *
     * @param streamsPerSecond how many streams may begin in a second
     * @param timer lets a stream wait for its turn; not shut down here
     */
    public DiscoveryService(PushHub hub, PushMetrics metrics, int streamsPerSecond, ScheduledExecutorService timer) {
        this.hub = hub;
        this.metrics = metrics;
        this.admission = new AdmissionRate(streamsPerSecond);
        this.timer = timer;
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> responses) {
        if (!hub.hasState()) {
            responses.onError(Status.UNAVAILABLE
                    .withDescription("the mesh is not known yet, try again")
                    .asRuntimeException());
            return REFUSED;
        }
        long waitNanos = admission.reserve(System.nanoTime());
        if (waitNanos == AdmissionRate.REFUSED) {
            responses.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("too many new streams, try again")
                    .asRuntimeException());
            return REFUSED;
        }
        CallerIdentity caller = CallerInterceptor.caller();
        AdsStream stream = new AdsStream(
                caller.namespace() + "/" + caller.serviceAccount() + "-" + connections.incrementAndGet(),
                caller,
                (ServerCallStreamObserver<DeltaDiscoveryResponse>) responses,
                hub,
                metrics);
        stream.attach();
        if (waitNanos == 0) {
            stream.start();
        } else {
            timer.schedule(stream::start, waitNanos, TimeUnit.NANOSECONDS);
        }
        return stream;
    }
}
