package mesh.ambit.istiod.issuer;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where self-signed signing material is kept: a file, or a Secret of the cluster. Holds one set of named texts, replaced
 * as a whole or not at all. Several controllers may share one. May block.
 */
public interface MaterialStore {
    /**
     * What is stored.
     *
     * @param data texts by name; never logged, as some are private keys
     * @param version changes with the data
     */
    record Stored(Map<String, String> data, String version) {
        public Stored {
            data = Map.copyOf(data);
        }

        /** Leaves the keys out. */
        @Override
        public String toString() {
            return "Stored[" + data.keySet() + ", " + version + "]";
        }
    }

    /** Returns what messages call it, such as {@code Secret istio-system/istio-ca-secret}. */
    String name();

    /**
     * Returns what is stored, or null if nothing is.
     *
     * @throws IssuerException if that cannot be told
     */
    @Nullable
    Stored read();

    /**
     * Stores {@code data} if what is stored still has {@code version}.
     *
     * @param version null where nothing may be stored yet
     * @return the version of what is stored now; null if somebody else was faster, and nothing was changed
     * @throws IssuerException if it cannot be stored; what was there still is
     */
    @Nullable
    String write(Map<String, String> data, @Nullable String version);

    /** Returns how often to look whether somebody else has changed it. */
    default Duration interval() {
        return Duration.ofSeconds(1);
    }

    /**
     * Returns whether one controller alone uses this, so that what it remembers of issued certificates is all there is
     * to know.
     */
    default boolean isPrivate() {
        return false;
    }
}
