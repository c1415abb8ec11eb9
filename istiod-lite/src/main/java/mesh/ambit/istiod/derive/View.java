package mesh.ambit.istiod.derive;

import org.jspecify.annotations.Nullable;

/** What a rule may read. Every read is noted: the rule runs again when what it read has changed. */
public interface View {
    /** Returns the value of a fact, or null when there is none; that there is none is noted too. */
    <K, V> @Nullable V get(Fact<K, V> fact, K key);

    /**
     * Returns the value of a rule for {@code key}, which may be null.
     *
     * @throws DerivationException when the rule failed
     */
    <K, V> @Nullable V get(Rule<K, V> rule, K key);
}
