package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WaitingBytesTest {
    private final WaitingBytes waiting = new WaitingBytes();

    @Test
    void buffersLeaveInTheOrderInWhichTheyCame() {
        List<ByteBuf> buffers = buffers(4);

        waiting.add(buffers.get(0));
        waiting.add(buffers.get(1));
        waiting.add(buffers.get(2));
        assertThat(waiting.poll()).isSameAs(buffers.get(0));
        assertThat(waiting.poll()).isSameAs(buffers.get(1));
        waiting.add(buffers.get(3));

        assertThat(waiting.peek()).as("stays").isSameAs(buffers.get(2));
        assertThat(waiting.poll()).isSameAs(buffers.get(2));
        assertThat(waiting.poll()).isSameAs(buffers.get(3));
        assertThat(waiting.isEmpty()).isTrue();
        assertThat(waiting.peek()).isNull();
        assertThat(waiting.poll()).isNull();
    }

    @Test
    void whatIsReleasedIsCountedAndGone() {
        List<ByteBuf> buffers = buffers(3);
        buffers.forEach(waiting::add);

        assertThat(waiting.release()).isEqualTo(30);

        assertThat(waiting.isEmpty()).isTrue();
        assertThat(buffers).allSatisfy(data -> assertThat(data.refCnt()).isZero());
        assertThat(waiting.release()).isZero();
    }

    private static List<ByteBuf> buffers(int count) {
        return Stream.generate(() -> Unpooled.wrappedBuffer(new byte[10]))
                .limit(count)
                .toList();
    }
}
