package mesh.ambit.ztunnel.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import mesh.ambit.testkit.LabNamespace;

/** Asks name servers from inside a pod, byte by byte as an application's resolver does, and reads what they say. */
final class Asker {
    private final LabNamespace pod;

    Asker(LabNamespace pod) {
        this.pod = pod;
    }

    static byte[] query(String name, int type, int ednsPayload) {
        ByteBuf out = Unpooled.buffer();
        DnsWriter.question(out, 7, new DnsQuestion(Objects.requireNonNull(DnsName.tryParse(name)), type), ednsPayload);
        return ByteBufUtil.getBytes(out);
    }

    byte[] udp(InetSocketAddress server, byte[] query) throws IOException {
        return udp(server, query, 60_000);
    }

    byte[] udp(InetSocketAddress server, byte[] query, int timeoutMillis) throws IOException {
        try (DatagramSocket socket = pod.call(() -> new DatagramSocket())) {
            socket.setSoTimeout(timeoutMillis);
            socket.send(new DatagramPacket(query, query.length, server));
            DatagramPacket answer = new DatagramPacket(new byte[65_535], 65_535);
            socket.receive(answer);
            return Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }

    /** Asks everything, ends its half of the connection, and returns all answers. */
    List<byte[]> tcp(InetSocketAddress server, byte[]... queries) throws IOException {
        try (Socket socket = pod.call(() -> new Socket(server.getAddress(), server.getPort()))) {
            socket.setSoTimeout(60_000);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            for (byte[] query : queries) {
                out.writeShort(query.length);
                out.write(query);
            }
            socket.shutdownOutput();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            List<byte[]> answers = new ArrayList<>();
            for (int i = 0; i < queries.length; i++) {
                answers.add(in.readNBytes(in.readUnsignedShort()));
            }
            assertThat(in.read()).as("closed after the last answer").isEqualTo(-1);
            return answers;
        }
    }

    static List<InetAddress> addresses(byte[] answer) throws DnsFormatException {
        return DnsReply.read(Unpooled.wrappedBuffer(answer)).answers().stream()
                .map(record -> Objects.requireNonNull(record.address()))
                .toList();
    }

    static int flags(byte[] answer) {
        return Unpooled.wrappedBuffer(answer).getUnsignedShort(2);
    }

    static int count(byte[] answer) {
        return Unpooled.wrappedBuffer(answer).getUnsignedShort(6);
    }
}
