package mesh.ambit.istiod.kube.api;

import java.util.Map;

/** Takes what a {@link Reflector} sees, on the reflector's thread, one call at a time. */
public interface Sink<T> {
    /** All objects that there are, by key: at the start, and whenever the way from one state to the next was lost. */
    void replaced(Map<String, T> objects);

    /** An object that is new or changed. */
    void changed(String key, T object);

    /** An object that is gone. */
    void removed(String key);
}
