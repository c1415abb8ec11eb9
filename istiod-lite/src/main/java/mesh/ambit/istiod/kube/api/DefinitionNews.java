package mesh.ambit.istiod.kube.api;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells those who wait for a collection to be installed that its definition came, went or changed, so that nobody has to
 * ask the server time and again. Thread-safe.
 */
public final class DefinitionNews {
    private final Set<Reflector<?>> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean followed;

    /** Says whether somebody follows the definitions now, and will {@link #tell}. */
    public void follow(boolean now) {
        followed = now;
    }

    boolean isFollowed() {
        return followed;
    }

    /**
     * Wakes those who wait for a definition.
     *
     * @param definition its name, {@code plural.group}
     */
    public void tell(String definition) {
        for (Reflector<?> reflector : waiting) {
            if (reflector.definition().equals(definition)) {
                reflector.wake();
            }
        }
    }

    void add(Reflector<?> reflector) {
        waiting.add(reflector);
    }

    void remove(Reflector<?> reflector) {
        waiting.remove(reflector);
    }
}
