package mesh.ambit.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * Reads the Ethernet frames that enter the links of a network namespace, as packet sniffers do. A frame that a bridge
 * passes on is read once: where it comes in. Needs CAP_NET_RAW. For one thread at a time; only closing may come from
 * another.
 */
public final class PacketTap implements AutoCloseable {
    private static final int AF_PACKET = 17;
    /** ETH_P_ALL in network order. */
    private static final int EVERY_PROTOCOL = 0x0300;

    private static final byte PACKET_OUTGOING = 4;
    private static final int SOCKADDR_LL_BYTES = 20;
    private static final int PACKET_TYPE_OFFSET = 10;
    private static final int MSG_NAME_LENGTH_OFFSET = 8;

    /** A frame of a veth link may carry a segment that offloading has not cut yet. */
    private static final int MOST_BYTES = 66 << 10;

    private final Descriptor descriptor;

    private PacketTap(int fd) {
        this.descriptor = new Descriptor(fd);
    }

    /** Opens a tap on every link of {@code namespace}, those that come later too. */
    public static PacketTap open(NetNs namespace) {
        return new PacketTap(namespace.call(() -> LinuxException.check(
                "open a packet socket in " + namespace,
                Libc.socket(AF_PACKET, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, EVERY_PROTOCOL))));
    }

    /** Waits for the next frame and returns its bytes; an empty array when none came in time or this is closed. */
    public byte[] read(Duration patience) {
        int fd = descriptor.borrow();
        if (fd < 0) {
            return new byte[0];
        }
        try {
            return read(fd, patience);
        } finally {
            descriptor.giveBack();
        }
    }

    private byte[] read(int fd, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Arena call = Arena.ofConfined()) {
            MemorySegment frame = call.allocate(MOST_BYTES, 8);
            MemorySegment sender = call.allocate(SOCKADDR_LL_BYTES, 8);
            MemorySegment entry = call.allocate(8, 4);
            MemorySegment header = SeqPacketConnection.header(call, frame, frame.byteSize(), MemorySegment.NULL, 0);
            header.set(ADDRESS, 0, sender);
            long left;
            while ((left = deadline - System.nanoTime()) > 0) {
                entry.set(JAVA_INT, 0, fd);
                entry.set(JAVA_SHORT, 4, (short) Libc.POLLIN);
                if (Libc.poll(entry, 1, (int) Math.max(1, left / 1_000_000)) <= 0) {
                    continue;
                }
                header.set(JAVA_INT, MSG_NAME_LENGTH_OFFSET, SOCKADDR_LL_BYTES);
                int length = Libc.recvmsg(fd, header, Libc.MSG_DONTWAIT);
                if (length > 0 && sender.get(JAVA_BYTE, PACKET_TYPE_OFFSET) != PACKET_OUTGOING) {
                    return frame.asSlice(0, length).toArray(JAVA_BYTE);
                }
            }
            return new byte[0];
        }
    }

    @Override
    public void close() {
        descriptor.close(() -> {});
    }
}
