package mesh.ambit.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The congestion control of sockets whose peer is near: in the same pod, or less than {@value #NEAR_MICROS} µs away.
 *
 * <p>An algorithm of the BBR family does not send what it has, but a little at a time by a timer. Over an ocean that is
 * worth its price. Between two sockets of one machine, or of one room, the timers and the many small packets cost more
 * than carrying the bytes, most of all where processors are busy and the timers late. Such sockets get
 * {@code cubic} then, or {@code reno}; a machine with another algorithm keeps it, and nothing is set at all.
 *
 * <p>Immutable.
 */
public final class CongestionControl {
    /** Leaves every socket with what the system gave it. */
    public static final CongestionControl SYSTEM = new CongestionControl(null);

    /** A peer whose round trip is shorter is near. */
    public static final int NEAR_MICROS = 2_000;

    /** TCP_CA_NAME_MAX, without the zero. */
    private static final int MAX_NAME_BYTES = 15;

    private static final Logger LOG = LoggerFactory.getLogger(CongestionControl.class);
    private static final Path KERNEL = Path.of("/proc/sys/net/ipv4");

    private final @Nullable String name;
    private final MemorySegment bytes;

    private CongestionControl(@Nullable String name) {
        this.name = name;
        byte[] ascii = name == null ? new byte[0] : name.getBytes(US_ASCII);
        this.bytes = Arena.ofAuto().allocate(MAX_NAME_BYTES + 1L).asSlice(0, ascii.length);
        MemorySegment.copy(MemorySegment.ofArray(ascii), 0, bytes, 0, ascii.length);
    }

    /**
     * Returns what {@code text} says: {@code auto} for what is best here, {@code system} for what the system has, or the
     * name of an algorithm that the kernel knows.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static CongestionControl parse(String text) {
        return parse(text, read("tcp_congestion_control"), read("tcp_available_congestion_control"));
    }

    /** Like {@link #parse(String)} on a machine with this default and these algorithms, which blanks separate. */
    static CongestionControl parse(String text, String systems, String available) {
        List<String> known = words(available);
        return switch (text) {
            case "system" -> SYSTEM;
            case "auto" -> {
                if (!systems.strip().startsWith("bbr")) {
                    yield SYSTEM;
                }
                yield known.contains("cubic") ? new CongestionControl("cubic") : new CongestionControl("reno");
            }
            default -> {
                if (!known.contains(text) || text.length() > MAX_NAME_BYTES) {
                    throw new IllegalArgumentException(
                            "expected: auto, system, or one of the kernel's (" + String.join(" ", known) + ")");
                }
                yield new CongestionControl(text);
            }
        };
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(text);
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }

    private static String read(String file) {
        try {
            return Files.readString(KERNEL.resolve(file), US_ASCII);
        } catch (IOException _) {
            return "";
        }
    }

    /** Applies to {@code fd}, a TCP socket whose peers are in the same pod, and to what is accepted from it. */
    public void applyTo(int fd) {
        if (name == null) {
            return;
        }
        try {
            SocketOptions.setCongestionControl(fd, bytes);
        } catch (LinuxException e) {
            // The socket works as well without.
            LOG.debug("congestion control {} is not to be had: {}", name, e.getMessage());
        }
    }

    /** Applies to {@code fd}, a connected TCP socket, if its peer is near. */
    public void applyIfNear(int fd) {
        if (name != null && SocketOptions.roundTripMicros(fd) < NEAR_MICROS) {
            applyTo(fd);
        }
    }

    /** Returns the name of the algorithm, or {@code system}. */
    @Override
    public String toString() {
        return name == null ? "system" : name;
    }
}
