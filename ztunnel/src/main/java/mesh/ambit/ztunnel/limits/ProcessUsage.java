package mesh.ambit.ztunnel.limits;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;

/** What this process uses. */
final class ProcessUsage {
    /** Descriptors against the process's limit. */
    static final Usage DESCRIPTORS = new Usage() {
        @Override
        public long used() {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean bean
                    ? bean.getOpenFileDescriptorCount()
                    : 0;
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
}
