package mesh.ambit.hbone;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import org.junit.jupiter.api.Test;

class SocketErrorsTest {
    @Test
    void theKernelsWordsComeWithItsNumberAndWithoutTheAddress() {
        assertThat(SocketErrors.text(new ConnectException(
                        "finishConnect(..) failed with error(-111): Connection refused: /10.0.0.1:8080")))
                .isEqualTo("Connection refused (os error 111)");
        assertThat(SocketErrors.text(new NoRouteToHostException("null: /10.0.0.1:8080")))
                .isEqualTo("No route to host (os error 113)");
        assertThat(SocketErrors.text(new NoRouteToHostException("No route to host: /10.0.0.1:8080")))
                .isEqualTo("No route to host (os error 113)");
        assertThat(SocketErrors.text(new IOException("recv failed: Connection reset by peer")))
                .isEqualTo("Connection reset by peer (os error 104)");
    }

    @Test
    void whatTheKernelDidNotSayStaysAsItIs() {
        assertThat(SocketErrors.text(new ConnectTimeoutException("connection timed out after 10000 ms")))
                .isEqualTo("deadline has elapsed");
        assertThat(SocketErrors.text(new IOException("cancelled"))).isEqualTo("cancelled");
    }
}
