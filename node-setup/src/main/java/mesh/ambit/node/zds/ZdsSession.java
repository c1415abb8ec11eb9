package mesh.ambit.node.zds;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mesh.ambit.linux.NetNs;
import mesh.ambit.linux.SeqPacketConnection;
import mesh.ambit.linux.SeqPacketConnection.Packet;
import mesh.ambit.node.zds.ZdsRequest.Add;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connected ztunnel: says one thing at a time and waits for the answer.
 *
 * <p>A second thread reads, so that a ztunnel that goes away is noticed at once, and one that speaks unasked too. Both
 * are platform threads, since they block in the kernel.
 */
final class ZdsSession {
    private static final Logger LOG = LoggerFactory.getLogger(ZdsSession.class);

    /** How long a ztunnel may take for its hello and for each answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final int id;
    private final SeqPacketConnection connection;
    private final Owner owner;
    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>();
    private final BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(1);
    private final AtomicBoolean awaiting = new AtomicBoolean();

    ZdsSession(int id, SeqPacketConnection connection, Owner owner) {
        this.id = id;
        this.connection = connection;
        this.owner = owner;
    }

    /** What a session asks of the server it belongs to. Called from the session's threads. */
    interface Owner {
        /** Returns a handle of its own on the namespace of a pod, or null if the pod is gone. */
        @Nullable
        NetNs namespaceOf(String uid);

        void answered(int session, ZdsRequest request, @Nullable String error);

        void ended(int session);
    }

    /** What waits to be done: a request, or the end. */
    private record Item(@Nullable ZdsRequest request) {}

    /** What was read: an answer with or without an error, or nothing any more. */
    private record Answer(boolean closed, @Nullable String error) {}

    void start() {
        Thread.ofPlatform().daemon().name("zds-" + id).start(this::run);
    }

    /** Says {@code request} after all that were to be said before. */
    void enqueue(ZdsRequest request) {
        items.add(new Item(request));
    }

    /** Ends the session; its threads end soon after. */
    void close() {
        connection.close();
        items.add(new Item(null));
    }

    private void run() {
        try {
            hello();
            Thread reader =
                    Thread.ofPlatform().daemon().name("zds-" + id + "-read").start(this::read);
            converse();
            connection.close();
            reader.join();
        } catch (IOException e) {
            LOG.warn("ztunnel {}: {}; connection closed", id, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
            owner.ended(id);
        }
    }

    private void hello() throws IOException {
        try (Packet packet = connection.receive(ZdsCodec.MAX_MESSAGE_BYTES, PATIENCE)) {
            if (packet == null) {
                throw new IOException("closed before its hello");
            }
            requireWhole(packet);
            LOG.info("ztunnel {}: connected, protocol version {}", id, ZdsCodec.decodeHello(packet.bytes()));
        }
    }

    private void converse() throws IOException, InterruptedException {
        while (true) {
            ZdsRequest request = items.take().request();
            if (request == null) {
                return;
            }
            awaiting.set(true);
            if (!send(request)) {
                awaiting.set(false);
                continue;
            }
            Answer answer = answers.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (answer == null) {
                // Its answer may still come, and would be taken for that to the next request: start afresh.
                throw new IOException("no answer to " + request + " within " + PATIENCE);
            }
            if (answer.closed()) {
                return;
            }
            owner.answered(id, request, answer.error());
        }
    }

    /** Returns false if there is nothing to be said any more. */
    private boolean send(ZdsRequest request) throws IOException {
        byte[] packet = ZdsCodec.encode(request);
        if (!(request instanceof Add(ZdsWorkload workload))) {
            connection.send(packet);
            return true;
        }
        try (NetNs namespace = owner.namespaceOf(workload.uid())) {
            if (namespace == null) {
                return false;
            }
            connection.send(packet, namespace.fd());
            return true;
        }
    }

    private void read() {
        try {
            while (true) {
                try (Packet packet = connection.receive(ZdsCodec.MAX_MESSAGE_BYTES)) {
                    if (packet == null) {
                        LOG.info("ztunnel {}: disconnected", id);
                        return;
                    }
                    requireWhole(packet);
                    if (!awaiting.compareAndSet(true, false)) {
                        throw new IOException("spoke without being asked");
                    }
                    answers.add(new Answer(false, ZdsCodec.decodeAnswer(packet.bytes())));
                }
            }
        } catch (ClosedChannelException e) {
            LOG.debug("ztunnel {}: closed by us", id);
        } catch (InvalidProtocolBufferException e) {
            LOG.warn("ztunnel {}: sent something that is no answer: {}; connection closed", id, e.getMessage());
        } catch (IOException e) {
            LOG.warn("ztunnel {}: {}; connection closed", id, e.getMessage());
        } finally {
            connection.close();
            answers.offer(new Answer(true, null));
            items.add(new Item(null));
        }
    }

    private static void requireWhole(Packet packet) throws IOException {
        if (packet.truncated() || packet.descriptorCount() > 0) {
            throw new IOException("sent more than a message of at most " + ZdsCodec.MAX_MESSAGE_BYTES + " bytes");
        }
    }
}
