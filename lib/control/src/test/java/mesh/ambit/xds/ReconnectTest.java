package mesh.ambit.xds;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconnectTest {
    private static final Duration TEN = Duration.ofMillis(10);

    @Test
    void anOrderlyEndReconnectsAtOnce() {
        assertThat(Reconnect.afterCompletion()).isEqualTo(new Reconnect(Duration.ZERO, TEN, "Complete"));
    }

    @Test
    void failedAttemptsDoubleUpToFifteenSeconds() {
        Duration backoff = Reconnect.INITIAL;
        Duration previous = Duration.ZERO;
        for (int i = 0; i < 20; i++) {
            Reconnect next = Reconnect.afterStatus(Status.UNAVAILABLE, false, backoff);
            assertThat(next.reason()).isEqualTo("ConnectionError");
            assertThat(next.delay()).isGreaterThanOrEqualTo(previous);
            previous = next.delay();
            backoff = next.backoff();
        }

        assertThat(Reconnect.afterStatus(Status.UNAVAILABLE, false, Reconnect.INITIAL)
                        .delay())
                .isEqualTo(Duration.ofMillis(20));
        assertThat(backoff).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void aServerThatShedsItsConnectionIsAskedAgainAfterTenMilliseconds() {
        Reconnect expected = new Reconnect(TEN, TEN, "Reconnect");
        Duration long_ = Duration.ofSeconds(15);

        assertThat(Reconnect.afterStatus(Status.UNKNOWN, true, long_)).isEqualTo(expected);
        assertThat(Reconnect.afterStatus(Status.CANCELLED, true, long_)).isEqualTo(expected);
        assertThat(Reconnect.afterStatus(Status.DEADLINE_EXCEEDED, true, long_)).isEqualTo(expected);
        assertThat(Reconnect.afterStatus(
                        Status.UNAVAILABLE.withDescription(
                                "Connection closed after GOAWAY. HTTP/2 error code: NO_ERROR"),
                        true,
                        long_))
                .isEqualTo(expected);
    }

    @Test
    void aConnectionThatIsCutIsTriedAgainAsSoon() {
        for (String text : List.of(
                "transport is closing",
                "io exception",
                "Network closed for unknown reason",
                "http2: server sent GOAWAY, received prior goaway")) {
            assertThat(Reconnect.afterStatus(Status.UNAVAILABLE.withDescription(text), true, Duration.ofSeconds(15)))
                    .as(text)
                    .isEqualTo(new Reconnect(TEN, TEN, "Reconnect"));
        }
    }

    @Test
    void anyOtherEndDoubles() {
        assertThat(Reconnect.afterStatus(Status.PERMISSION_DENIED, true, Duration.ofMillis(40)))
                .isEqualTo(new Reconnect(Duration.ofMillis(80), Duration.ofMillis(80), "Error"));
        for (String text : List.of("overloaded", "closing transport due to: x")) {
            assertThat(Reconnect.afterStatus(Status.UNAVAILABLE.withDescription(text), true, TEN)
                            .reason())
                    .as(text)
                    .isEqualTo("Error");
        }
    }
}
