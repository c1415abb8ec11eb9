package mesh.ambit.relay;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Event loops that close what is open on them before they end.
 *
 * <p>Netty 4.2.18 means to, but looks only after waiting for events: told to shut down in the rest of a turn, or by a
 * task of its own, a loop without quiet period ends with its connections open. Nor does it wait for closes that io_uring
 * has yet to complete. What is left open keeps its descriptor, and the native memory of its TLS, for as long as the
 * process lives.
 */
final class ClosingLoops extends MultiThreadIoEventLoopGroup {
    /** How long closes may take; they need no peer. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    ClosingLoops(int workers, ThreadFactory threads, IoHandlerFactory handlers) {
        super(workers, threads, handlers);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... args) {
        return new ClosingLoop(this, executor, handlers);
    }

    private static final class ClosingLoop extends SingleThreadIoEventLoop {
        private long closingSinceNanos;
        private boolean closing;

        ClosingLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory handlers) {
            super(parent, executor, handlers);
        }

        @Override
        protected boolean confirmShutdown() {
            // Once it is shut down no more tasks are taken, and the end of a channel is one.
            if (!isShuttingDown() || isShutdown()) {
                return super.confirmShutdown();
            }
            if (!closing) {
                closing = true;
                closingSinceNanos = ticker().nanoTime();
            }
            ioHandler().prepareToDestroy();
            boolean confirmed = super.confirmShutdown();
            if (confirmed
                    && getNumOfRegisteredChannels() > 0
                    && ticker().nanoTime() - closingSinceNanos < PATIENCE_NANOS) {
                // Another turn, which must not wait for events that may not come.
                execute(() -> {});
                return false;
            }
            return confirmed;
        }
    }
}
