package mesh.ambit.hbone;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Sizes the buffers that sockets are read into: 2 KiB at first, doubled whenever a read fills its buffer, up to 128 KiB, or
 * with headroom to {@value #PACKETS_BYTES}; halved when two reads in a row leave most of it empty. A connection that is
 * idle holds no buffer.
 *
 * <p>Netty's own adaptive allocator grows too slowly for one busy connection, and cannot leave room for a frame header.
 * With headroom, header and payload together have the sizes above.
 */
public final class GrowingReads implements RecvByteBufAllocator {
    private static final int SMALLEST_BYTES = 2 * 1024;
    private static final int LARGEST_BYTES = 128 * 1024;

    /**
     * What leaves in one of the kernel's packets: these hold less than 64 KiB, in whole segments of the path. Header and
     * payload, and what TLS adds to its four records, fit in one packet with the usual MTUs from 1,400 to 9,001; a little
     * more, and each is followed by a packet with the crumbs, twice the work from here to the other socket.
     */
    private static final int PACKET_BYTES = 60 * 1024;

    /** Two at a time: half the reads, sends and wake-ups, and still little for others to wait behind. */
    static final int PACKETS_BYTES = 2 * PACKET_BYTES;

    /** A turn ends after this much, so that one connection cannot keep the event loop. */
    private static final int TURN_BYTES = 2 * LARGEST_BYTES;

    private final int headroomBytes;

    /** Makes an allocator whose buffers have {@code headroomBytes} free before the first byte read. */
    public GrowingReads(int headroomBytes) {
        this.headroomBytes = headroomBytes;
    }

    @Override
    @SuppressWarnings("deprecation") // The transports want the extended handle, which is only "deprecated" by name.
    public Handle newHandle() {
        return new GrowingHandle(headroomBytes);
    }

    @SuppressWarnings("deprecation")
    private static final class GrowingHandle implements ExtendedHandle {
        private final int headroom;
        private final int largest;
        private int capacity = SMALLEST_BYTES;
        private boolean mostlyEmpty;
        private int attempted;
        private int last;
        private int total;
        private boolean autoRead;

        GrowingHandle(int headroom) {
            this.headroom = headroom;
            this.largest = headroom > 0 ? PACKETS_BYTES : LARGEST_BYTES;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return allocator.ioBuffer(capacity, capacity).setIndex(headroom, headroom);
        }

        @Override
        public int guess() {
            return capacity - headroom;
        }

        @Override
        public void reset(ChannelConfig config) {
            total = 0;
            autoRead = config.isAutoRead();
        }

        @Override
        public void incMessagesRead(int messages) {}

        @Override
        public void lastBytesRead(int bytes) {
            last = bytes;
            if (bytes > 0) {
                total += bytes;
                resize(bytes);
            }
        }

        private void resize(int bytes) {
            if (bytes >= capacity - headroom) {
                capacity = Math.min(largest, capacity * 2);
                mostlyEmpty = false;
            } else if (bytes < capacity / 4) {
                if (mostlyEmpty) {
                    capacity = Math.max(SMALLEST_BYTES, capacity / 2);
                }
                mostlyEmpty = !mostlyEmpty;
            } else {
                mostlyEmpty = false;
            }
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            return continueReading(UncheckedBooleanSupplier.FALSE_SUPPLIER);
        }

        /**
         * Where reads are asked for one by one (auto-read off), each request is one read: after it the side that the bytes
         * go to may be full. Otherwise reading goes on, up to the bound of a turn, until a read leaves room: then the socket
         * is empty, unless the transport knows better.
         */
        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return autoRead && last > 0 && total < TURN_BYTES && (last == attempted || maybeMore.get());
        }

        @Override
        public void readComplete() {}
    }
}
