package mesh.ambit.ztunnel.limits;

import java.util.Locale;

/** Why a connection was not taken. The names are API: metrics carry them in lower case. */
public enum Refusal {
    POD_CONNECTIONS("too many connections of this pod (AMBIT_MAX_CONNECTIONS_PER_POD)"),
    IDENTITY_CONNECTIONS("too many connections of this identity (AMBIT_MAX_CONNECTIONS_PER_IDENTITY)"),
    HANDSHAKES("too many unfinished TLS handshakes (AMBIT_MAX_HANDSHAKES_PER_POD)"),
    DESCRIPTORS("file descriptors are running out (AMBIT_MAX_DESCRIPTORS_PERCENT, RLIMIT_NOFILE)"),
    BUFFERS("memory for buffers is running out (AMBIT_MAX_BUFFERS_PERCENT, -XX:MaxDirectMemorySize)");

    private final String text;

    Refusal(String text) {
        this.text = text;
    }

    /** Returns what a person reads. */
    public String text() {
        return "connection refused: " + text;
    }

    /** Returns what metrics call it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
