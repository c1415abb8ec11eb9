package mesh.ambit.relay;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Netty's epoll, with half-close made to work.
 *
 * <p>Netty 4.2.18 takes a socket out of epoll when it wants no event from it, which is so once its peer has shut down
 * and nothing is to be written, but goes on as if it were still in there: the next write that does not fit into the
 * kernel's buffer fails with ENOENT, and Netty ends the connection. Here such a socket gives up its registration, and
 * gets a new one with its next wish. Asking for an event that never comes instead would keep the loop busy: the kernel
 * reports EPOLLHUP to whoever is registered at all.
 */
final class SteadyEpoll implements IoHandlerFactory {
    private final IoHandlerFactory epoll = EpollIoHandler.newFactory();

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new Handler(epoll.newHandler(executor));
    }

    private static final class Handler implements IoHandler {
        private final IoHandler epoll;

        /** Those that want no event at present; nobody else would close them when the loop ends. */
        private final Set<IoHandle> parked = Collections.newSetFromMap(new IdentityHashMap<>());

        Handler(IoHandler epoll) {
            this.epoll = epoll;
        }

        @Override
        public void initialize() {
            epoll.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return epoll.run(context);
        }

        @Override
        public void prepareToDestroy() {
            for (IoHandle handle : List.copyOf(parked)) {
                try {
                    handle.close();
                } catch (Exception e) {
                    throw new IllegalStateException("cannot close " + handle, e);
                }
            }
            epoll.prepareToDestroy();
        }

        @Override
        public void destroy() {
            epoll.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return new Registration(this, handle, epoll.register(handle));
        }

        @Override
        public void wakeup() {
            epoll.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return epoll.isCompatible(type);
        }
    }

    private static final class Registration implements IoRegistration {
        private final Handler handler;
        private final IoHandle handle;

        /** Kept for its attachment, which belongs to the loop, even when it is not {@link #current} any more. */
        private final IoRegistration first;

        /** What Netty's epoll knows this socket by; null while it is parked. */
        private @Nullable IoRegistration current;

        private boolean added;
        private volatile boolean cancelled;

        Registration(Handler handler, IoHandle handle, IoRegistration first) {
            this.handler = handler;
            this.handle = handle;
            this.first = first;
            this.current = first;
        }

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // The interface's.
        public <T> T attachment() {
            return first.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            if (cancelled) {
                return -1;
            }
            boolean nothing = EpollIoOps.NONE.equals(ops);
            if (nothing && added) {
                park();
                return 0;
            }
            added |= !nothing;
            return current().submit(ops);
        }

        private void park() {
            if (current != null) {
                current.cancel();
                current = null;
                handler.parked.add(handle);
            }
        }

        private IoRegistration current() {
            if (current == null) {
                try {
                    current = handler.epoll.register(handle);
                } catch (Exception e) {
                    throw new IllegalStateException("cannot register " + handle, e);
                }
                handler.parked.remove(handle);
            }
            return current;
        }

        @Override
        public boolean isValid() {
            return !cancelled;
        }

        @Override
        public boolean cancel() {
            if (cancelled) {
                return false;
            }
            cancelled = true;
            handler.parked.remove(handle);
            return current == null || current.cancel();
        }
    }
}
