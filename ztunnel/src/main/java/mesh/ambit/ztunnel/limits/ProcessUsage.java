package mesh.ambit.ztunnel.limits;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;

/** What this process uses. */
final class ProcessUsage {
    /**
     * Its length is how many descriptors are open, since Linux 6.2. Before, it is zero, and they are counted one by one, which with
     * tens of thousands of connections takes milliseconds.
     */
    private static final File TABLE = new File("/proc/self/fd");

    /** Descriptors against the process's limit. */
    static final Usage DESCRIPTORS = new Usage() {
        @Override
        public long used() {
            long told = TABLE.length();
            if (told > 0) {
                return told;
            }
            if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean bean)) {
                return 0;
            }
            try {
                return bean.getOpenFileDescriptorCount();
            } catch (InternalError e) {
                // Counting takes a descriptor itself: without one left that is the answer.
                return anyLeft() ? 0 : bean.getMaxFileDescriptorCount();
            }
        }

        @Override
        public long most() {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean bean
                    ? bean.getMaxFileDescriptorCount()
                    : 0;
        }
    };

    /** Bytes in buffers. What the pool merely keeps for later does not count: it can be given out again. */
    static final Usage BUFFERS = new Usage() {
        @Override
        public long used() {
            return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        }

        @Override
        public long most() {
            return PlatformDependent.maxDirectMemory();
        }
    };

    private ProcessUsage() {}

    private static boolean anyLeft() {
        try (RandomAccessFile probe = new RandomAccessFile("/dev/null", "r")) {
            return probe.getFD().valid();
        } catch (IOException e) {
            return false;
        }
    }
}
