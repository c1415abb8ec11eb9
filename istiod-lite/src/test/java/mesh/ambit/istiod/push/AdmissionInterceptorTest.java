package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import mesh.ambit.protocol.discovery.DeltaDiscoveryRequest;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
class AdmissionInterceptorTest {
    private final AdmissionInterceptor interceptor = new AdmissionInterceptor(1);
    private final AtomicInteger begun = new AtomicInteger();

    private static final class Call extends ServerCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
        private @Nullable Status status;

        @Override
        public void request(int count) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(DeltaDiscoveryResponse message) {}

        @Override
        public void close(Status reason, Metadata trailers) {
            status = reason;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<DeltaDiscoveryRequest, DeltaDiscoveryResponse> getMethodDescriptor() {
            return AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod();
        }
    }

    private @Nullable Status call() {
        Call call = new Call();
        interceptor.interceptCall(call, new Metadata(), (_, _) -> {
            begun.incrementAndGet();
            return new ServerCall.Listener<>() {};
        });
        return call.status;
    }

    @Test
    void whoWaitsWhenTheServerEndsIsTold() {
        assertThat(call()).as("within the rate").isNull();

        Thread.currentThread().interrupt();
        Status told = call();

        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertThat(told).extracting(Status::getCode).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(begun).hasValue(1);
    }
}
