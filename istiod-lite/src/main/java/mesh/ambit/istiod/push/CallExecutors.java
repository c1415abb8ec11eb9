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
 * and they are handled by the thread that read them; that thread is known from then on, so that pushes can go there too.
 */
public final class CallExecutors implements ServerCallExecutorSupplier {
    /** Start, readiness, the first request of each type and its acknowledgement, with little room to spare. */
    private static final int TASKS_OF_A_BEGINNING = 8;

    private static final Loop NOWHERE = () -> null;
    private static final ScopedValue<Loop> LOOP = ScopedValue.newInstance();

    private final Executor blocking;
    private final Loop current;

    /** Tells the event loop that reads and writes something; null where it is not known. */
    @FunctionalInterface
    public interface Loop {
        /** Returns the event loop. */
        @Nullable
        Executor find();
    }

    /**
     * Creates one.
     *
     * @param blocking begins calls
     * @param current tells whose thread the current one is: an event loop's, or nobody's
     */
    public CallExecutors(Executor blocking, Loop current) {
        this.blocking = blocking;
        this.current = current;
    }

    /** Returns what knows the event loop of the call that the current thread begins, now or as soon as something is read. */
    static Loop ofCall() {
        return LOOP.orElse(NOWHERE);
    }

    @Override
    public <A, B> @Nullable Executor getExecutor(ServerCall<A, B> call, Metadata metadata) {
        return AggregatedDiscoveryServiceGrpc.SERVICE_NAME.equals(
                        call.getMethodDescriptor().getServiceName())
                ? new Settling(blocking, current)
                : null;
    }

    private static final class Settling implements Executor, Loop {
        private final Executor blocking;
        private final Loop current;
        private final AtomicInteger tasks = new AtomicInteger();
        private volatile @Nullable Executor loop;

        Settling(Executor blocking, Loop current) {
            this.blocking = blocking;
            this.current = current;
        }

        @Override
        public void execute(Runnable task) {
            if (loop == null) {
                // Not so for the first task, which other threads hand over.
                loop = current.find();
            }
            if (tasks.get() < TASKS_OF_A_BEGINNING) {
                tasks.incrementAndGet();
                blocking.execute(() -> ScopedValue.where(LOOP, this).run(task));
            } else {
                task.run();
            }
        }

        @Override
        public @Nullable Executor find() {
            return loop;
        }
    }
}
