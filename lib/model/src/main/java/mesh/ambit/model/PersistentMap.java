package mesh.ambit.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable hash map whose changed copies share everything but the changed path with the map before.
 *
 * <p>A hash array mapped trie: each level consumes five bits of the hash, a node holds only the slots that are taken.
 * {@link #with} and {@link #without} cost a few small array copies whatever the size, so a snapshot of 100,000 workloads
 * that changes in one of them costs that one. No null keys or values. Order of iteration is that of the hashes.
 */
public final class PersistentMap<K, V> {
    private static final int BITS = 5;
    private static final int MASK = (1 << BITS) - 1;
    private static final int LAST_SHIFT = 30;
    private static final Node EMPTY_NODE = new Node(0, new Object[0]);
    private static final PersistentMap<?, ?> EMPTY = new PersistentMap<>(EMPTY_NODE, 0);

    private final Node root;
    private final int size;

    private PersistentMap(Node root, int size) {
        this.root = root;
        this.size = size;
    }

    @SuppressWarnings("unchecked") // The empty map holds nothing, so it is a map of any types.
    public static <K, V> PersistentMap<K, V> empty() {
        return (PersistentMap<K, V>) EMPTY;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public boolean containsKey(K key) {
        return find(key) != null;
    }

    /** Returns the value stored under {@code key}, or null. */
    @SuppressWarnings("unchecked") // Only with() stores, and it takes K and V.
    public @Nullable V find(K key) {
        int hash = spread(key);
        Node node = root;
        for (int shift = 0; ; shift += BITS) {
            int bit = bit(hash, shift);
            if ((node.bitmap & bit) == 0) {
                return null;
            }
            Object slot = node.slots[node.index(bit)];
            if (slot instanceof Node child) {
                node = child;
                continue;
            }
            for (Leaf leaf = (Leaf) slot; leaf != null; leaf = leaf.next) {
                if (leaf.hash == hash && leaf.key.equals(key)) {
                    return (V) leaf.value;
                }
            }
            return null;
        }
    }

    /** Returns the value stored under {@code key}, or {@code otherwise}. */
    public V findOr(K key, V otherwise) {
        V value = find(key);
        return value == null ? otherwise : value;
    }

    /** Returns a map like this one in which {@code key} has {@code value}. */
    public PersistentMap<K, V> with(K key, V value) {
        Leaf leaf = new Leaf(spread(key), requireNonNull(key, "key"), requireNonNull(value, "value"), null);
        return new PersistentMap<>(put(root, leaf, 0), containsKey(key) ? size : size + 1);
    }

    /** Returns a map like this one without {@code key}; this one if it has no such key. */
    public PersistentMap<K, V> without(K key) {
        if (!containsKey(key)) {
            return this;
        }
        if (size == 1) {
            return empty();
        }
        Node next = (Node) requireNonNull(remove(root, spread(key), key, 0), "a map of two or more keeps its root");
        return new PersistentMap<>(next, size - 1);
    }

    /** Calls {@code action} for each entry, in no order that means anything. */
    public void forEach(BiConsumer<? super K, ? super V> action) {
        visit(root, action);
    }

    /** Returns the keys at this moment, in no order that means anything. */
    public List<K> keys() {
        List<K> keys = new ArrayList<>(size);
        forEach((key, _) -> keys.add(key));
        return keys;
    }

    /** Returns the values at this moment, in no order that means anything. */
    public List<V> values() {
        List<V> values = new ArrayList<>(size);
        forEach((_, value) -> values.add(value));
        return values;
    }

    @SuppressWarnings("unchecked") // As in find().
    private static <K, V> void visit(Node node, BiConsumer<? super K, ? super V> action) {
        for (Object slot : node.slots) {
            if (slot instanceof Node child) {
                visit(child, action);
            } else {
                for (Leaf leaf = (Leaf) slot; leaf != null; leaf = leaf.next) {
                    action.accept((K) leaf.key, (V) leaf.value);
                }
            }
        }
    }

    private static Node put(Node node, Leaf added, int shift) {
        int bit = bit(added.hash, shift);
        int index = node.index(bit);
        if ((node.bitmap & bit) == 0) {
            return node.insert(bit, index, added);
        }
        Object slot = node.slots[index];
        if (slot instanceof Node child) {
            return node.replace(index, put(child, added, shift + BITS));
        }
        Leaf there = (Leaf) slot;
        if (there.hash == added.hash) {
            Leaf others = withoutKey(there, added.key);
            return node.replace(index, new Leaf(added.hash, added.key, added.value, others));
        }
        return node.replace(index, put(put(EMPTY_NODE, there, shift + BITS), added, shift + BITS));
    }

    /** Returns what is left of {@code node}: a node, a leaf that moves up, or null for nothing. */
    private static @Nullable Object remove(Node node, int hash, Object key, int shift) {
        int bit = bit(hash, shift);
        int index = node.index(bit);
        Object slot = node.slots[index];
        Object left =
                slot instanceof Node child ? remove(child, hash, key, shift + BITS) : withoutKey((Leaf) slot, key);
        if (left != null) {
            // A lone leaf climbs as far as it can, so that a map's shape depends on what it holds and not on its past.
            return left instanceof Leaf && node.slots.length == 1 && shift > 0 ? left : node.replace(index, left);
        }
        if (node.slots.length == 1) {
            return null;
        }
        if (node.slots.length == 2 && shift > 0 && node.slots[1 - index] instanceof Leaf lone) {
            return lone;
        }
        return node.remove(bit, index);
    }

    /** Returns the chain of equal hashes without {@code key}, or null when nothing is left. */
    private static @Nullable Leaf withoutKey(Leaf chain, Object key) {
        Leaf kept = null;
        for (Leaf leaf = chain; leaf != null; leaf = leaf.next) {
            if (!leaf.key.equals(key)) {
                kept = new Leaf(leaf.hash, leaf.key, leaf.value, kept);
            }
        }
        return kept;
    }

    private static int bit(int hash, int shift) {
        assert shift <= LAST_SHIFT : "equal hashes share a leaf, so a path ends with the hash";
        return 1 << (hash >>> shift & MASK);
    }

    private static int spread(Object key) {
        int hash = key.hashCode();
        return hash ^ hash >>> 16;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof PersistentMap<?, ?> that) || that.size != size) {
            return false;
        }
        boolean[] same = {true};
        @SuppressWarnings("unchecked") // Only find() is called, and any key may be looked for.
        PersistentMap<Object, Object> map = (PersistentMap<Object, Object>) that;
        forEach((key, value) -> same[0] &= value.equals(map.find(key)));
        return same[0];
    }

    @Override
    public int hashCode() {
        int[] sum = {0};
        forEach((key, value) -> sum[0] += key.hashCode() ^ value.hashCode());
        return sum[0];
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        forEach((key, value) -> text.append(text.length() > 1 ? ", " : "")
                .append(key)
                .append('=')
                .append(value));
        return text.append('}').toString();
    }

    /** One level of the trie: a bit for each taken slot, and the taken slots in order of their bits. */
    private static final class Node {
        private final int bitmap;
        private final Object[] slots;

        Node(int bitmap, Object[] slots) {
            this.bitmap = bitmap;
            this.slots = slots;
        }

        int index(int bit) {
            return Integer.bitCount(bitmap & bit - 1);
        }

        Node insert(int bit, int index, Object slot) {
            Object[] next = new Object[slots.length + 1];
            System.arraycopy(slots, 0, next, 0, index);
            next[index] = slot;
            System.arraycopy(slots, index, next, index + 1, slots.length - index);
            return new Node(bitmap | bit, next);
        }

        Node replace(int index, Object slot) {
            Object[] next = Arrays.copyOf(slots, slots.length);
            next[index] = slot;
            return new Node(bitmap, next);
        }

        Node remove(int bit, int index) {
            Object[] next = new Object[slots.length - 1];
            System.arraycopy(slots, 0, next, 0, index);
            System.arraycopy(slots, index + 1, next, index, next.length - index);
            return new Node(bitmap & ~bit, next);
        }
    }

    /** An entry, and others whose whole hash is the same. */
    private record Leaf(
            int hash, Object key, Object value, @Nullable Leaf next) {}
}
