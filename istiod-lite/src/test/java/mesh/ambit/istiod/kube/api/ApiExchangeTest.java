package mesh.ambit.istiod.kube.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class ApiExchangeTest {
    private static final int PART = 100_000;

    private final AtomicLong received = new AtomicLong();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ApiExchange exchange = exchange((bytes, _) ->
            received.addAndGet(bytes.stream().mapToInt(ByteBuffer::remaining).sum()));

    private static ApiExchange exchange(AsyncBody.Consumer<List<ByteBuffer>> reader) {
        return new ApiExchange(
                new StandardHttpRequest(Map.of(), URI.create("http://api/x"), "GET", null),
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/x"),
                reader);
    }

    private void deliver(int bytes) throws Exception {
        exchange.deliver(Unpooled.wrappedBuffer(new byte[bytes]), channel);
    }

    @Test
    void connectionIsNotReadWhileItsReaderIsFarBehind() throws Exception {
        exchange.sentOn(channel);
        for (int sent = 0; sent + PART <= ApiExchange.MAX_AHEAD_BYTES; sent += PART) {
            deliver(PART);
            assertThat(channel.config().isAutoRead()).isTrue();
        }
        deliver(PART);
        assertThat(channel.config().isAutoRead()).isFalse();

        exchange.consume();
        channel.runPendingTasks();

        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(received).hasValueGreaterThan(ApiExchange.MAX_AHEAD_BYTES);
        channel.close();
    }

    @Test
    void readerThatIsFasterThanTheConnectionIsNeverWaitedFor() throws Exception {
        ApiExchange read = exchange((_, body) -> body.consume());
        read.sentOn(channel);
        read.deliver(Unpooled.wrappedBuffer(new byte[2 * ApiExchange.MAX_AHEAD_BYTES]), channel);
        channel.runPendingTasks();

        assertThat(channel.config().isAutoRead()).isTrue();
        channel.close();
    }

    @Test
    void whoWantsNoMoreGetsNoMore() throws Exception {
        exchange.sentOn(channel);
        deliver(PART);

        exchange.cancel();
        channel.runPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        deliver(PART);
        assertThat(received).hasValue(PART);
        assertThat(exchange.sentOn(new EmbeddedChannel())).isFalse();
    }
}
