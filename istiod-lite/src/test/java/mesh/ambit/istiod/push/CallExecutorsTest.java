package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallExecutorsTest {
    private final Executor eventLoop = Runnable::run;
    private final List<Runnable> handedOver = new ArrayList<>();
    private @Nullable Executor current;

    @Test
    void callKnowsItsEventLoopOnceItHasReadSomething() {
        Executor ofCall = executor();
        List<CallExecutors.Loop> seen = new ArrayList<>();
        ofCall.execute(() -> seen.add(CallExecutors.ofCall()));
        handedOver.removeFirst().run();
        assertThat(seen.getFirst().find()).isNull();

        current = eventLoop;
        ofCall.execute(() -> {});
        assertThat(seen.getFirst().find()).isSameAs(eventLoop);
        assertThat(CallExecutors.ofCall().find()).isNull();
    }

    @Test
    void beginningIsHandedOverAndTheRestRunsWhereItIsRead() {
        current = eventLoop;
        Executor ofCall = executor();
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int number = i;
            ofCall.execute(() -> ran.add(number));
        }
        assertThat(ran).containsExactly(8, 9, 10, 11);
        assertThat(handedOver).hasSize(8);
    }

    private Executor executor() {
        Executor executor = new CallExecutors(handedOver::add, () -> current).getExecutor(new NoCall(), new Metadata());
        return Objects.requireNonNull(executor, "executor");
    }

    /** Knows its method and nothing else. */
    private static final class NoCall extends ServerCall<Object, Object> {
        @Override
        public void request(int count) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(Object message) {}

        @Override
        public void close(Status status, Metadata trailers) {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        @SuppressWarnings("unchecked") // Only its name is asked for.
        public MethodDescriptor<Object, Object> getMethodDescriptor() {
            return (MethodDescriptor<Object, Object>)
                    (MethodDescriptor<?, ?>) AggregatedDiscoveryServiceGrpc.getDeltaAggregatedResourcesMethod();
        }
    }
}
