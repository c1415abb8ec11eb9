package mesh.ambit.istiod.derive;

/** A kind of given values, by key. The object is its own identity. */
@SuppressWarnings("UnusedTypeParameter") // They tie a key to its value for those who read it.
public final class Fact<K, V> {
    private final String name;

    private Fact(String name) {
        this.name = name;
    }

    /** Returns a new kind of values; {@code name} is for messages. */
    public static <K, V> Fact<K, V> named(String name) {
        return new Fact<>(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
