package mesh.ambit.istiod.push;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.locks.LockSupport;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;

/**
 * Admits discovery streams at a bounded rate, before it costs anything to find out who calls. A stream waits up to a
 * second for its turn; one that would wait longer is refused.
 *
 * <p>Calls must run on virtual threads, as a call that waits holds its own.
 */
public final class AdmissionInterceptor implements ServerInterceptor {
    private final AdmissionRate rate;

    /** Creates one that admits {@code streamsPerSecond}. */
    public AdmissionInterceptor(int streamsPerSecond) {
        this.rate = new AdmissionRate(streamsPerSecond);
    }

    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
            ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        if (AggregatedDiscoveryServiceGrpc.SERVICE_NAME.equals(
                call.getMethodDescriptor().getServiceName())) {
            long waitNanos = rate.reserve(System.nanoTime());
            if (waitNanos == AdmissionRate.REFUSED) {
                call.close(
                        Status.RESOURCE_EXHAUSTED.withDescription("request rate limit exceeded, try again"),
                        new Metadata());
                return new ServerCall.Listener<>() {};
            }
            if (!await(waitNanos)) {
                call.close(Status.UNAVAILABLE.withDescription("the controller ends, try again"), new Metadata());
                return new ServerCall.Listener<>() {};
            }
        }
        return next.startCall(call, headers);
    }

    /** Waits; returns false, at once, if the thread is interrupted. */
    private static boolean await(long nanos) {
        long deadline = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = deadline - System.nanoTime()) {
            if (Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(left);
        }
        return true;
    }
}
