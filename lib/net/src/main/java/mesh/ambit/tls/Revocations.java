package mesh.ambit.tls;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Which certificates are revoked, for new handshakes and for the tunnels that stand. Lists are published as a whole; each
 * publication looks at every watched peer once, which costs a look-up in a hash table. Thread-safe.
 */
public final class Revocations {
    /** Learns what revocation does. Called on any thread. */
    public interface Observer {
        /**
         * A peer was refused in its handshake, or its tunnel was ended later.
         *
         * @param client whether the peer was a client, so that we are the destination
         */
        void onRevoked(boolean client);
    }

    /** One peer under watch. */
    public static final class Watch implements AutoCloseable {
        private final Revocations owner;
        private final VerifiedPath path;
        private final PathFinder.Role role;
        private final Runnable onRevoked;
        private final AtomicBoolean over = new AtomicBoolean();

        private Watch(Revocations owner, VerifiedPath path, PathFinder.Role role, Runnable onRevoked) {
            this.owner = owner;
            this.path = path;
            this.role = role;
            this.onRevoked = onRevoked;
        }

        private void look(RevocationLists lists) {
            if (lists.verdict(path) == RevocationLists.Verdict.REVOKED && over.compareAndSet(false, true)) {
                owner.watches.remove(this);
                owner.observer.onRevoked(role == PathFinder.Role.CLIENT);
                onRevoked.run();
            }
        }

        /** Ends the watch. */
        @Override
        public void close() {
            over.set(true);
            owner.watches.remove(this);
        }
    }

    private final Observer observer;
    private final boolean enabled;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private volatile RevocationLists lists = RevocationLists.NONE;

    private Revocations(Observer observer, boolean enabled) {
        this.observer = observer;
        this.enabled = enabled;
    }

    /** Creates one that begins with nothing revoked. */
    public Revocations(Observer observer) {
        this(observer, true);
    }

    /** Returns one for a mesh without lists: it watches nobody. */
    public static Revocations none() {
        return new Revocations(_ -> {}, false);
    }

    /** Makes {@code next} what holds from now on, and ends the tunnels of peers that it revokes. */
    public void publish(RevocationLists next) {
        lists = next;
        watches.forEach(watch -> watch.look(next));
    }

    /** Returns how many tunnels are watched. */
    public int watched() {
        return watches.size();
    }

    /** Refuses the peer of a handshake if it is revoked. */
    void check(VerifiedPath path, PathFinder.Role role) throws PeerRefusedException {
        switch (lists.verdict(path)) {
            case GOOD -> {}
            case REVOKED -> {
                observer.onRevoked(role == PathFinder.Role.CLIENT);
                throw new PeerRefusedException(PeerRefusal.REVOKED, "Revoked", null);
            }
            case UNTRUSTED_LIST ->
                throw new PeerRefusedException(
                        PeerRefusal.MALFORMED, "a certificate revocation list of its issuer is not signed by it", null);
        }
    }

    Watch watch(VerifiedPath path, PathFinder.Role role, Runnable onRevoked) {
        Watch watch = new Watch(this, path, role, onRevoked);
        if (enabled) {
            watches.add(watch);
            // A list may have come between the handshake and now.
            watch.look(lists);
        }
        return watch;
    }
}
