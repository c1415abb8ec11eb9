package mesh.ambit.tls;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Chains that have been found to lead to one trust bundle, by their exact bytes: a peer comes back with the same chain until
 * it renews its certificate, and finding the path is the dearest part of judging it. Only what was found good is kept, and
 * nothing of it depends on the time. Thread-safe.
 */
final class PathCache {
    /** A node's peers; beyond this the cache starts afresh. At about 3 KiB each. */
    static final int MAX_PATHS = 1_024;

    /** Longer chains are judged anew each time: whoever shows them may put in what he likes. */
    static final int MAX_CHAIN_BYTES = 16 * 1024;

    private final Map<Key, VerifiedPath> paths = new ConcurrentHashMap<>();

    /** A chain as a peer in this role showed it. */
    static final class Key {
        private final PathFinder.Role role;
        private final byte[][] chain;
        private final int hash;

        private Key(PathFinder.Role role, byte[][] chain) {
            this.role = role;
            this.chain = chain;
            this.hash = 31 * Arrays.deepHashCode(chain) + role.hashCode();
        }

        /**
         * Returns the key of {@code chain}.
         *
         * @throws CertificateEncodingException if a certificate has no encoding
         */
        static Key of(PathFinder.Role role, X509Certificate[] chain) throws CertificateEncodingException {
            byte[][] encoded = new byte[chain.length][];
            for (int i = 0; i < chain.length; i++) {
                encoded[i] = chain[i].getEncoded();
            }
            return new Key(role, encoded);
        }

        /** Says whether this is what its path needs, with the root at most, and not large either. */
        private boolean isSpare(VerifiedPath path) {
            int bytes = 0;
            for (byte[] certificate : chain) {
                bytes += certificate.length;
            }
            return chain.length <= path.certificates().size() + 1 && bytes <= MAX_CHAIN_BYTES;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && role == key.role && Arrays.deepEquals(chain, key.chain);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    @Nullable
    VerifiedPath find(Key key) {
        return paths.get(key);
    }

    /** Keeps a path that was found, unless the chain has more in it than belongs to the path. */
    void keep(Key key, VerifiedPath path) {
        if (!key.isSpare(path)) {
            return;
        }
        if (paths.size() >= MAX_PATHS) {
            paths.clear();
        }
        paths.put(key, path);
    }

    int size() {
        return paths.size();
    }
}
