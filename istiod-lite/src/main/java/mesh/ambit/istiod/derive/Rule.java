package mesh.ambit.istiod.derive;

import org.jspecify.annotations.Nullable;

/**
 * How values of one kind follow from others, by key. The object is its own identity.
 *
 * <p>The function must be pure: what it returns depends on its arguments and on what it reads through the view, and it
 * keeps no view. Its values are compared with {@code equals}; where a new value equals the old one, nothing that read it
 * runs again.
 */
public final class Rule<K, V> {
    private final String name;
    private final Function<K, V> function;

    private Rule(String name, Function<K, V> function) {
        this.name = name;
        this.function = function;
    }

    /** What a rule does. */
    @FunctionalInterface
    public interface Function<K, V> {
        /** Returns the value for {@code key}, or null for none. */
        @Nullable
        V apply(View view, K key);
    }

    /** Returns a new rule; {@code name} is for messages. */
    public static <K, V> Rule<K, V> of(String name, Function<K, V> function) {
        return new Rule<>(name, function);
    }

    @Nullable
    V apply(View view, K key) {
        return function.apply(view, key);
    }

    @Override
    public String toString() {
        return name;
    }
}
