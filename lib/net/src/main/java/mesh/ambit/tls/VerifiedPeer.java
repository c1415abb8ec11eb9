package mesh.ambit.tls;

import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The peer of a finished handshake: what it showed, and a watch over whether that is revoked later. */
public final class VerifiedPeer {
    private static final String SESSION_VALUE = "mesh.ambit.tls.peer";

    private final VerifiedPath path;
    private final Revocations revocations;
    private final PathFinder.Role role;

    VerifiedPeer(VerifiedPath path, PathFinder.Role role, Revocations revocations) {
        this.path = path;
        this.role = role;
        this.revocations = revocations;
    }

    /** Returns the peer of {@code session}, or null if none was verified in it. */
    public static @Nullable VerifiedPeer of(SSLSession session) {
        return session.getValue(SESSION_VALUE) instanceof VerifiedPeer peer ? peer : null;
    }

    /** Leaves the peer where {@link #of} finds it; {@code session} is the one of the handshake. */
    void keepIn(@Nullable SSLSession session) {
        if (session != null) {
            session.putValue(SESSION_VALUE, this);
        }
    }

    /** Returns what the peer's certificate says. */
    public PeerCertificate certificate() {
        return path.leaf();
    }

    /**
     * Calls {@code onRevoked} once, on any thread and perhaps before this returns, when a certificate of the peer's chain is
     * revoked. Close the watch when the connection has ended.
     */
    public Revocations.Watch watch(Runnable onRevoked) {
        return revocations.watch(path, role, onRevoked);
    }
}
