package mesh.ambit.node.zds;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SeqPacketConnection;
import mesh.ambit.linux.SeqPacketListener;
import mesh.ambit.node.zds.ZdsLedger.Send;
import mesh.ambit.node.zds.ZdsRequest.Add;
import mesh.ambit.node.zds.ZdsRequest.Del;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells ztunnels which pods to serve, over a Unix socket.
 *
 * <p>The set of pods is kept here, so that a ztunnel that connects, or comes back, is told of all of them. Thread-safe;
 * {@code onChange} is called from threads of the server whenever {@link #status} may have changed, and must not block.
 */
public final class ZdsServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ZdsServer.class);

    /** A ztunnel in a loop of crashes must not keep the node busy. */
    private static final int ACCEPTS_PER_SECOND = 5;

    private final SeqPacketListener listener;
    private final Runnable onChange;
    private final Object lock = new Object();
    private final ZdsLedger ledger = new ZdsLedger();
    private final Map<Integer, ZdsSession> sessions = new HashMap<>();
    private final Map<String, NetNs> namespaces = new HashMap<>();
    private int connections;

    private ZdsServer(SeqPacketListener listener, Runnable onChange) {
        this.listener = listener;
        this.onChange = onChange;
    }

    /** Listens at {@code socket}, whose folder must be there. */
    public static ZdsServer start(Path socket, Runnable onChange) throws IOException {
        ZdsServer server = new ZdsServer(SeqPacketListener.listen(socket), onChange);
        Thread.ofPlatform().daemon().name("zds-accept").start(server::accept);
        return server;
    }

    /**
     * Has the pod served; a second time, to try again what was rejected.
     *
     * @param namespace of the pod; stays the caller's, who may close it
     * @throws IllegalArgumentException if its names are too long for the protocol
     */
    public void add(ZdsWorkload workload, NetNs namespace) {
        ZdsCodec.encode(new Add(workload));
        synchronized (lock) {
            NetNs former = namespaces.put(workload.uid(), namespace.duplicate());
            if (former != null) {
                former.close();
            }
            dispatch(ledger.add(workload));
        }
    }

    /** Has the pod served no more; its connections are cut. */
    public void remove(String uid) {
        synchronized (lock) {
            NetNs namespace = namespaces.remove(uid);
            if (namespace != null) {
                namespace.close();
            }
            dispatch(ledger.remove(uid));
        }
    }

    /** Returns what the ztunnels have said so far. */
    public ZdsStatus status() {
        synchronized (lock) {
            return ledger.status();
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (lock) {
            sessions.values().forEach(ZdsSession::close);
            namespaces.values().forEach(NetNs::close);
            namespaces.clear();
        }
    }

    private void accept() {
        Deque<Long> recent = new ArrayDeque<>();
        try {
            while (true) {
                pace(recent);
                try {
                    begin(listener.accept());
                } catch (ClosedChannelException e) {
                    LOG.debug("{}: closed", listener.path());
                    return;
                } catch (IOException e) {
                    // Out of descriptors, perhaps; a ztunnel tries again, and so do we, at the same pace.
                    LOG.warn("{}: a ztunnel could not connect: {}", listener.path(), e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until another connection may be taken. */
    private static void pace(Deque<Long> recent) throws InterruptedException {
        if (recent.size() == ACCEPTS_PER_SECOND) {
            Duration since = Duration.ofNanos(System.nanoTime() - recent.removeFirst());
            Duration left = Duration.ofSeconds(1).minus(since);
            if (left.isPositive()) {
                Thread.sleep(left);
            }
        }
        recent.addLast(System.nanoTime());
    }

    private void begin(SeqPacketConnection connection) {
        synchronized (lock) {
            int id = ++connections;
            ZdsSession session = new ZdsSession(id, connection, new SessionOwner());
            sessions.put(id, session);
            // Queued before the hello is read, so that what happens meanwhile comes after.
            dispatch(ledger.connect(id));
            session.start();
        }
    }

    /** Holds the lock. */
    private void dispatch(List<Send> sends) {
        for (Send send : sends) {
            ZdsSession session = sessions.get(send.connection());
            if (session != null) {
                session.enqueue(send.request());
            }
        }
    }

    private final class SessionOwner implements ZdsSession.Owner {
        @Override
        public @Nullable NetNs namespaceOf(String uid) {
            synchronized (lock) {
                NetNs namespace = namespaces.get(uid);
                return namespace == null ? null : namespace.duplicate();
            }
        }

        @Override
        public void answered(int session, ZdsRequest request, @Nullable String error) {
            if (error != null) {
                switch (request) {
                    case Add(ZdsWorkload workload) ->
                        LOG.debug("ztunnel {}: {} rejected: {}", session, workload, error);
                    case Del(String uid) -> LOG.warn("ztunnel {}: pod {} not taken away: {}", session, uid, error);
                    case ZdsRequest.SnapshotSent() -> LOG.warn("ztunnel {}: snapshot rejected: {}", session, error);
                }
            }
            synchronized (lock) {
                ledger.answered(session, request, error);
            }
            onChange.run();
        }

        @Override
        public void ended(int session) {
            synchronized (lock) {
                sessions.remove(session);
                dispatch(ledger.lost(session));
            }
            onChange.run();
        }
    }
}
