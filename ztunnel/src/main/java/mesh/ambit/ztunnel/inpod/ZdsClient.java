package mesh.ambit.ztunnel.inpod;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.SeqPacketConnection;
import mesh.ambit.linux.SeqPacketConnection.Packet;
import mesh.ambit.protocol.zds.Ack;
import mesh.ambit.protocol.zds.Version;
import mesh.ambit.protocol.zds.WorkloadResponse;
import mesh.ambit.protocol.zds.ZdsHello;
import mesh.ambit.ztunnel.inpod.PodRegistry.ProtocolException;
import mesh.ambit.ztunnel.inpod.ZdsRequest.Add;
import mesh.ambit.ztunnel.inpod.ZdsRequest.Del;
import mesh.ambit.ztunnel.inpod.ZdsRequest.Keep;
import mesh.ambit.ztunnel.inpod.ZdsRequest.SnapshotSent;
import mesh.ambit.ztunnel.inpod.ZdsRequest.UnreadableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Our side of the node agent's protocol: connects, says hello, answers every message with exactly one acknowledgement
 * and never speaks unasked.
 *
 * <p>Everything happens on one platform thread of its own, which also enters the pods' namespaces.
 */
public final class ZdsClient {
    private static final Logger LOG = LoggerFactory.getLogger(ZdsClient.class);

    private static final Duration RETRY_PENDING = Duration.ofSeconds(5);
    private static final Duration FIRST_RETRY = Duration.ofMillis(20);
    private static final Duration LAST_RETRY = Duration.ofSeconds(15);

    private static final Duration LASTING = Duration.ofSeconds(1);

    private static final byte[] HELLO =
            ZdsHello.newBuilder().setVersion(Version.V1).build().toByteArray();
    private static final byte[] ACK = ack("");

    /** Learns how the conversation goes; called on the client's thread. */
    public interface Observer {
        /** Every pod of the node has its proxy. */
        void onComplete();

        /** The agent is away, and what it says may be out of date. */
        void onIncomplete();

        /** The agent broke the protocol; the program must end. */
        void onProtocolError(String text);
    }

    /** Connects to the agent. */
    @FunctionalInterface
    interface Connector {
        SeqPacketConnection connect(Path socket) throws IOException;
    }

    private final Path socket;
    private final PodRegistry pods;
    private final Observer observer;
    private final Connector connector;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable SeqPacketConnection connection;
    /** When the pending pods are tried again, as {@link System#nanoTime} has it; null while none is pending. */
    private @Nullable Long retryAt;

    /**
     * Makes a client, which does nothing before {@link #start}.
     *
     * @param socket of the node agent; it may come later, and go
     */
    public ZdsClient(Path socket, PodRegistry pods, Observer observer) {
        this(socket, pods, observer, SeqPacketConnection::connect);
    }

    /** As the public one, with another way to the agent. */
    ZdsClient(Path socket, PodRegistry pods, Observer observer, Connector connector) {
        this.socket = socket;
        this.pods = pods;
        this.observer = observer;
        this.connector = connector;
        this.thread = Thread.ofPlatform().name("ambit-zds").daemon(true).unstarted(this::run);
    }

    /** Begins to connect, and connects again whenever the agent goes away. */
    public void start() {
        thread.start();
    }

    /** Ends the conversation and waits for the message under way; the pods and their proxies stay. */
    public void stop() throws InterruptedException {
        closed = true;
        SeqPacketConnection open = connection;
        if (open != null) {
            open.close();
        }
        LockSupport.unpark(thread);
        thread.join();
    }

    private void run() {
        Duration wait = FIRST_RETRY;
        while (!closed) {
            try (SeqPacketConnection opened = connector.connect(socket)) {
                connection = opened;
                opened.send(HELLO);
                wait = FIRST_RETRY;
                LOG.info("node agent at {}: connected", socket);
                // What the agent said before is said again, or is no longer true.
                pods.beginSnapshot();
                converse(opened);
            } catch (AsynchronousCloseException e) {
                LOG.debug("node agent at {}: connection closed", socket, e);
            } catch (IOException | LinuxException e) {
                // The latter when this process is out of descriptors, for instance: that passes, and so must this.
                // The first failures are the agent's start or restart; a person is told when it lasts.
                LOG.atLevel(wait.compareTo(LASTING) > 0 ? Level.WARN : Level.DEBUG)
                        .log("node agent at {}: {}; trying again in {}", socket, e.getMessage(), wait);
                wait = longer(wait);
            } catch (RuntimeException | Error e) {
                // Without this thread no new pod would be served, and nobody would notice.
                LOG.error("node agent at {}: a fault; trying again in {}", socket, wait, e);
                wait = longer(wait);
            } catch (ProtocolException e) {
                LOG.error("node agent at {} broke the protocol: {}", socket, e.getMessage());
                observer.onProtocolError(String.valueOf(e.getMessage()));
                return;
            } finally {
                connection = null;
                if (!closed) {
                    observer.onIncomplete();
                }
            }
        }
    }

    /** Waits, and returns how long to wait the next time. */
    private static Duration longer(Duration wait) {
        LockSupport.parkNanos(wait.toNanos());
        Duration doubled = wait.multipliedBy(2);
        return doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
    }

    /** Serves one connection until it ends, however it does; the agent is asked again at once then. */
    private void converse(SeqPacketConnection opened) throws ProtocolException, AsynchronousCloseException {
        try {
            while (!closed) {
                if (!pods.hasPending()) {
                    retryAt = null;
                }
                try (Packet packet = retryAt == null
                        ? opened.receive(ZdsRequest.MAX_BYTES)
                        : opened.receive(ZdsRequest.MAX_BYTES, until(retryAt))) {
                    if (packet == null || !answer(opened, packet)) {
                        break;
                    }
                } catch (SocketTimeoutException e) {
                    LOG.trace("trying the pending pods again", e);
                    pods.retryPending();
                    retryAt = System.nanoTime() + RETRY_PENDING.toNanos();
                    if (!pods.hasPending()) {
                        announce();
                    }
                }
            }
            LOG.info("node agent at {}: gone, connecting again", socket);
        } catch (AsynchronousCloseException e) {
            throw e; // It was us, and nobody is to be warned of it.
        } catch (IOException e) {
            LOG.warn("node agent at {}: {}; connecting again", socket, e.getMessage());
        }
    }

    private static Duration until(long nanoTime) {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }

    private void announce() {
        if (pods.isComplete()) {
            observer.onComplete();
        } else {
            observer.onIncomplete();
        }
    }

    /** Answers one packet; false when the connection is not worth keeping. */
    private boolean answer(SeqPacketConnection opened, Packet packet) throws IOException, ProtocolException {
        ZdsRequest request;
        try {
            request = ZdsRequest.read(packet);
        } catch (UnreadableException e) {
            LOG.warn("node agent at {} sent something unreadable: {}", socket, e.getMessage());
            opened.send(ack("failure to read message : " + e.getMessage()));
            return false;
        }
        try {
            process(request);
            // Before the answer: who has it may look whether we are ready.
            announce();
            opened.send(ACK);
        } catch (PodStartException e) {
            if (retryAt == null) {
                retryAt = System.nanoTime() + RETRY_PENDING.toNanos();
            }
            opened.send(ack("failure to start proxy : " + e.getMessage()));
        } catch (ProtocolException e) {
            opened.send(ack("failure to process message : ProtocolError(\"" + e.getMessage() + "\")"));
            throw e;
        }
        return true;
    }

    private void process(ZdsRequest request) throws PodStartException, ProtocolException {
        switch (request) {
            case Add add
            when add.info() == null -> {
                add.netns().close();
                LOG.error("node agent at {}: pod {} came without its description", socket, add.uid());
                throw new ProtocolException("workload_info is required but not present");
            }
            case Add(String uid, var info, var netns) -> pods.add(uid, Objects.requireNonNull(info), netns);
            case Keep(String uid) -> pods.keep(uid);
            case Del(String uid) -> pods.delete(uid);
            case SnapshotSent() -> pods.snapshotSent();
        }
    }

    private static byte[] ack(String error) {
        return WorkloadResponse.newBuilder()
                .setAck(Ack.newBuilder().setError(error))
                .build()
                .toByteArray();
    }
}
