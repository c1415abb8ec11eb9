package mesh.ambit.istiod.push;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import mesh.ambit.protocol.discovery.AggregatedDiscoveryServiceGrpc;
import org.jspecify.annotations.Nullable;

/**
 * Where calls run: a discovery stream begins on threads that may block, since it waits for its turn, has its caller
 * proved and is told the whole mesh. What comes later are acknowledgements, as many as there are clients for each change,
 * and they are handled by the thread that read them.
 */
public final class CallExecutors implements ServerCallExecutorSupplier {
    /** Start, readiness, the first request of each type and its acknowledgement, with room to spare. */
    private static final int TASKS_OF_A_BEGINNING = 16;

    private final Executor blocking;

    /** Creates one that begins calls on {@code blocking}. */
    public CallExecutors(Executor blocking) {
        this.blocking = blocking;
    }

    @Override
    public <A, B> @Nullable Executor getExecutor(ServerCall<A, B> call, Metadata metadata) {
        return AggregatedDiscoveryServiceGrpc.SERVICE_NAME.equals(
                        call.getMethodDescriptor().getServiceName())
                ? new Settling(blocking)
                : null;
    }

    private static final class Settling implements Executor {
        private final Executor blocking;
        private final AtomicInteger tasks = new AtomicInteger();

        Settling(Executor blocking) {
            this.blocking = blocking;
        }

        @Override
        public void execute(Runnable task) {
            if (tasks.get() < TASKS_OF_A_BEGINNING) {
                tasks.incrementAndGet();
                blocking.execute(task);
            } else {
                task.run();
            }
        }
    }
}
