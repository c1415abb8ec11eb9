package mesh.ambit.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JavaMemoryTest {
    @Test
    void heapIsTheSumOfItsGenerations() {
        String info = """
                42:
                DefNew     total 3776K, used 1000K [0x00000000f8000000, 0x00000000f8410000, 0x00000000faaa0000)
                  eden space 3392K,   5% used [0x00000000f8000000, 0x00000000f8030d28, 0x00000000f8350000)
                Tenured    total 8192K, used 2000K [0x00000000faaa0000, 0x00000000fb2a0000, 0x0000000100000000)
                Metaspace       used 9999K, committed 10112K, reserved 1114112K
                """;

        assertThat(JavaMemory.parseHeap(info)).containsEntry("heap", 3000 * 1024 / 1e6);
    }

    @Test
    void nativeMemoryIsWhatIsCommitted() {
        String summary = """
                42:

                Native Memory Tracking:

                Total: reserved=1567890KB, committed=100000KB
                       malloc: 25678KB #98765

                -                     Other (reserved=5000KB, committed=4000KB)
                """;

        assertThat(JavaMemory.parseNative(summary))
                .containsEntry("native", 100000 * 1024 / 1e6)
                .containsEntry("direct", 4000 * 1024 / 1e6);
    }

    @Test
    void whoSaysNothingHasNothing() {
        assertThat(JavaMemory.parseHeap("")).isEmpty();
        assertThat(JavaMemory.parseNative("Native memory tracking is not enabled"))
                .isEmpty();
    }
}
