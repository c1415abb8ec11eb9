package mesh.ambit.ztunnel.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import mesh.ambit.testkit.Ports;
import org.jspecify.annotations.Nullable;

/** An upstream name server, UDP and TCP on one port, that answers what a test tells it to, and remembers what it was asked. */
final class FakeNameServer implements AutoCloseable {
    static final int A = 1;
    static final int AAAA = 28;

    /**
     * A question as it came in.
     *
     * @param packet the whole message
     */
    @SuppressWarnings("ArrayRecordComponent") // Read only.
    record Asked(String name, int type, boolean tcp, InetAddress from, byte[] packet) {}

    /** What a test decides. */
    interface Answers {
        /** Returns the message to send back, whose id is filled in; null keeps silent. */
        byte @Nullable [] to(Asked asked);
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Answers answers;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    /** How often each datagram is sent. */
    volatile int copies = 1;

    /** Makes one in the namespace of the calling thread; {@code port} 0 takes one that is free for both protocols. */
    FakeNameServer(InetAddress address, int port, Answers answers) throws IOException {
        this.answers = answers;
        // What the kernel would choose for one protocol may be a connection's of the other.
        udp = new DatagramSocket(new InetSocketAddress(address, port == 0 ? Ports.free() : port));
        tcp = new ServerSocket(udp.getLocalPort(), 50, address);
        Thread.ofPlatform().daemon().name("fake-dns-udp").start(this::serveUdp);
        Thread.ofPlatform().daemon().name("fake-dns-tcp").start(this::serveTcp);
    }

    int port() {
        return udp.getLocalPort();
    }

    /** Returns the questions so far, in order. */
    List<Asked> asked() {
        return asked;
    }

    /** Returns a reply to {@code question} with these records in its answer section; they belong to the asked name. */
    static byte[] reply(Asked question, int rcode, int ttl, InetAddress... addresses) {
        byte[] query = question.packet();
        int end = questionEnd(query);
        byte[] reply = Arrays.copyOf(query, end);
        reply[2] = (byte) 0x81;
        reply[3] = (byte) (0x80 | rcode);
        reply[6] = (byte) (addresses.length >> 8);
        reply[7] = (byte) addresses.length;
        Arrays.fill(reply, 8, 12, (byte) 0);
        for (InetAddress address : addresses) {
            byte[] bytes = address.getAddress();
            int at = reply.length;
            reply = Arrays.copyOf(reply, at + 12 + bytes.length);
            byte[] head = {
                (byte) 0xc0,
                12,
                0,
                (byte) (bytes.length == 4 ? A : AAAA),
                0,
                1,
                (byte) (ttl >> 24),
                (byte) (ttl >> 16),
                (byte) (ttl >> 8),
                (byte) ttl,
                0,
                (byte) bytes.length
            };
            System.arraycopy(head, 0, reply, at, 12);
            System.arraycopy(bytes, 0, reply, at + 12, bytes.length);
        }
        return reply;
    }

    /** Returns a reply that says only that the asked name is {@code target}'s. */
    static byte[] alias(Asked question, byte[] target) {
        byte[] reply = reply(question, 0, 60);
        int at = reply.length;
        reply[7] = 1;
        reply = Arrays.copyOf(reply, at + 12 + target.length);
        byte[] head = {(byte) 0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, (byte) target.length};
        System.arraycopy(head, 0, reply, at, head.length);
        System.arraycopy(target, 0, reply, at + 12, target.length);
        return reply;
    }

    private static int questionEnd(byte[] query) {
        int at = 12;
        while (query[at] != 0) {
            at += query[at] + 1;
        }
        return at + 5;
    }

    private byte @Nullable [] answer(byte[] query, boolean overTcp, InetAddress from) {
        StringBuilder name = new StringBuilder();
        for (int at = 12; query[at] != 0; at += query[at] + 1) {
            name.append(name.isEmpty() ? "" : ".").append(new String(query, at + 1, query[at], US_ASCII));
        }
        int end = questionEnd(query);
        Asked question = new Asked(name.toString(), query[end - 4] << 8 | query[end - 3], overTcp, from, query);
        asked.add(question);
        byte @Nullable [] reply = answers.to(question);
        if (reply != null) {
            reply[0] = query[0];
            reply[1] = query[1];
        }
        return reply;
    }

    private void serveUdp() {
        byte[] buffer = new byte[65_535];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte @Nullable [] reply = answer(Arrays.copyOf(buffer, packet.getLength()), false, packet.getAddress());
                for (int i = 0; reply != null && i < copies; i++) {
                    udp.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serveTcp() {
        try {
            while (true) {
                Socket socket = tcp.accept();
                Thread.ofPlatform().daemon().name("fake-dns-connection").start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            while (true) {
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                byte @Nullable [] reply = answer(query, true, socket.getInetAddress());
                if (reply != null) {
                    out.writeShort(reply.length);
                    out.write(reply);
                    out.flush();
                }
            }
        } catch (IOException e) {
            // The asker is done.
        }
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
