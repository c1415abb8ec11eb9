package mesh.ambit.ztunnel.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessUsageTest {
    private static final int OPENED = 500;

    @Test
    void everyDescriptorCounts() throws IOException {
        long before = ProcessUsage.DESCRIPTORS.used();
        List<Closeable> opened = new ArrayList<>();
        try {
            for (int i = 0; i < OPENED; i++) {
                opened.add(new RandomAccessFile("/dev/null", "r"));
            }

            // Other tests of this process open and close some of their own.
            assertThat(ProcessUsage.DESCRIPTORS.used() - before).isBetween(OPENED - 100L, OPENED + 100L);
            assertThat(ProcessUsage.DESCRIPTORS.most()).isGreaterThan(before + OPENED);
        } finally {
            for (Closeable each : opened) {
                each.close();
            }
        }
    }
}
