package mesh.ambit.xds;

import java.util.List;
import mesh.ambit.protocol.discovery.Resource;

/**
 * Keeps what was accepted as it was received, so that it can be restored. Called on the client's thread, after the sink,
 * one call at a time; must be quick.
 */
@FunctionalInterface
public interface ResourceKeeper {
    /** Keeps nothing. */
    ResourceKeeper NONE = (type, accepted, removed) -> {};

    /**
     * Takes what one response changes: {@code accepted} replaces what had those names, then {@code removed} goes.
     *
     * @param type type URL of all of them
     */
    void keep(String type, List<Resource> accepted, List<String> removed);

    /** Takes what an earlier life of the program had kept and this one still accepts. */
    default void restored(String type, List<Resource> accepted) {}
}
