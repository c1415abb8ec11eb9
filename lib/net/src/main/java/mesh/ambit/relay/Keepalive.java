package mesh.ambit.relay;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import mesh.ambit.linux.LinuxException;
import mesh.ambit.linux.SocketOptions;

/**
 * When the kernel asks whether a peer is still there, and when it gives up. Keepalives belong to a socket, not to the
 * way through it: what an application sets on its own socket ends at our listener, so ours must be on.
 *
 * @param enabled whether idle peers are asked at all
 * @param idle how long nothing must have come before the first question
 * @param interval between questions
 * @param probes unanswered questions after which the connection is dead
 * @param userTimeout whether bytes that nobody acknowledges for {@link #patience} end the connection too
 */
public record Keepalive(boolean enabled, Duration idle, Duration interval, int probes, boolean userTimeout) {
    /** Upstream's: 180 s, 180 s, 9, and no user timeout. */
    public static final Keepalive DEFAULT = new Keepalive(true, Duration.ofMinutes(3), Duration.ofMinutes(3), 9, false);

    /** MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL of the kernel. */
    private static final int MAX_SECONDS = 32_767;
    /** MAX_TCP_KEEPCNT of the kernel. */
    private static final int MAX_PROBES = 127;

    /** Refuses what is negative. */
    public Keepalive {
        requireNonNull(idle, "idle");
        requireNonNull(interval, "interval");
        if (idle.isNegative() || interval.isNegative() || probes < 0) {
            throw new IllegalArgumentException(
                    "keepalive: " + idle + ", " + interval + ", " + probes + " (expected: nothing negative)");
        }
    }

    /** Returns how long a silent peer lives: the idle time and all questions. */
    public Duration patience() {
        return idle.plus(interval.multipliedBy(probes));
    }

    /**
     * Sets it on the socket {@code fd}, and so on those accepted from it.
     *
     * @throws LinuxException if the kernel refuses
     */
    void applyTo(int fd) {
        if (enabled) {
            SocketOptions.setKeepalive(fd, idleSeconds(), intervalSeconds(), kernelProbes());
        }
        if (userTimeout) {
            SocketOptions.setUserTimeout(fd, userTimeoutMillis());
        }
    }

    /** Returns the idle time within what the kernel takes. */
    int idleSeconds() {
        return seconds(idle);
    }

    /** Returns the interval within what the kernel takes. */
    int intervalSeconds() {
        return seconds(interval);
    }

    /** Returns the number of questions within what the kernel takes. */
    int kernelProbes() {
        return Math.clamp(probes, 1, MAX_PROBES);
    }

    /** Returns the patience as TCP_USER_TIMEOUT takes it. */
    int userTimeoutMillis() {
        return (int) Math.min(patience().toMillis(), Integer.MAX_VALUE);
    }

    private static int seconds(Duration duration) {
        return Math.clamp(duration.toSeconds(), 1, MAX_SECONDS);
    }
}
