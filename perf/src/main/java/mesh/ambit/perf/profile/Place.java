package mesh.ambit.perf.profile;

import java.util.List;
import java.util.Set;

/**
 * What processor time is spent on. A stack belongs to the place of its innermost frame that tells one: the native method
 * that a thread is in, whose time is nearly all the kernel's or the TLS library's, or else the code that called it.
 */
public enum Place {
    /** Handing bytes to the kernel, with all that it does to deliver them on this machine. */
    SEND("kernel: sending", 1),
    RECEIVE("kernel: receiving", 2),
    /** Asking which sockets are ready, and sleeping until one is. */
    POLL("kernel: waiting for events", 3),
    /** Every other call on sockets: accept, connect, options, shutdown, close. */
    SOCKETS("kernel: opening and closing", 4),
    CIPHER("TLS library", 5),
    TLS("TLS, Java side", 6),
    TUNNEL("tunnel and relay", 7),
    /** Routing, policy, identity, limits: once for each connection. */
    DECISIONS("decisions", 8),
    TELEMETRY("metrics and access log", 9),
    NETTY("event loop and pipeline", 10),
    OTHER_JAVA("other Java", 11),
    COMPILER("compiler", 12),
    /** Collector, deoptimisation, and the virtual machine's other threads. */
    MACHINE("collector and virtual machine", 13);

    private static final Set<String> SENDING = Set.of(
            "send", "sendAddress", "sendTo", "sendToAddress", "write", "writeAddress", "writev", "writevAddresses");
    private static final Set<String> RECEIVING = Set.of("recv", "recvAddress", "recvFrom", "read", "readAddress");
    /** Classes whose methods are system calls on one descriptor. */
    private static final Set<String> CALLS = Set.of(
            "io.netty.channel.unix.Socket",
            "io.netty.channel.unix.FileDescriptor",
            "io.netty.channel.epoll.LinuxSocket");

    private final String title;
    private final int number;

    Place(String title, int number) {
        this.title = title;
        this.number = number;
    }

    /** Returns it for people. */
    public String title() {
        return title;
    }

    /** Returns a number of its own, from 1, for a colour. */
    public int number() {
        return number;
    }

    /**
     * Returns where a Java thread was.
     *
     * @param frames of its stack as {@code package.Class.method}, innermost first
     */
    public static Place of(List<String> frames) {
        return frames.stream()
                .map(Place::of)
                .filter(place -> place != OTHER_JAVA)
                .findFirst()
                .orElse(OTHER_JAVA);
    }

    private static Place of(String frame) {
        if (frame.startsWith("io.netty.")) {
            return ofNetty(frame);
        }
        if (frame.startsWith("mesh.ambit.linux.")) {
            return SOCKETS;
        }
        if (frame.startsWith("mesh.ambit.hbone.") || frame.startsWith("mesh.ambit.relay.")) {
            return TUNNEL;
        }
        if (frame.startsWith("mesh.ambit.telemetry.")) {
            return TELEMETRY;
        }
        return frame.startsWith("mesh.ambit.") ? DECISIONS : OTHER_JAVA;
    }

    private static Place ofNetty(String frame) {
        if (frame.startsWith("io.netty.internal.tcnative.")) {
            return CIPHER;
        }
        if (frame.startsWith("io.netty.handler.ssl.")) {
            return TLS;
        }
        int dot = frame.lastIndexOf('.');
        if (CALLS.contains(frame.substring(0, dot))) {
            String method = frame.substring(dot + 1);
            return SENDING.contains(method) ? SEND : RECEIVING.contains(method) ? RECEIVE : SOCKETS;
        }
        return frame.startsWith("io.netty.channel.epoll.Native.") ? POLL : NETTY;
    }
}
