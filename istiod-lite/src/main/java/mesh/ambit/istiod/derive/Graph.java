package mesh.ambit.istiod.derive;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import mesh.ambit.istiod.derive.Cell.Derived;
import mesh.ambit.istiod.derive.Cell.Failed;
import mesh.ambit.istiod.derive.Cell.Given;
import org.jspecify.annotations.Nullable;

/**
 * Facts and everything that rules make of them. {@link #set} marks what may be outdated, {@link #refresh} runs again
 * those rules, and only those, of which something they read is another value now. What a rule reads may differ from run
 * to run. A value that nobody wants and no rule reads is forgotten.
 *
 * <p>A rule that throws has the error for a value: the others are not touched. Not safe for use by several threads.
 */
public final class Graph {
    private final IdentityHashMap<Fact<?, ?>, Map<Object, Given>> given = new IdentityHashMap<>();
    private final IdentityHashMap<Rule<?, ?>, Map<Object, Derived>> derived = new IdentityHashMap<>();
    private Set<Derived> outdated = new LinkedHashSet<>();
    private long now = 1;
    private long runs;

    /**
     * The value of a wanted rule before and after.
     *
     * @param before null for none
     * @param after null for none
     * @param error why there is no value after; null when the rule did not fail
     */
    public record Change<K, V>(
            Rule<K, V> rule,
            K key,
            @Nullable V before,
            @Nullable V after,
            @Nullable DerivationException error) {}

    /** Gives a fact a value; null takes it away. */
    public <K, V> void set(Fact<K, V> fact, K key, @Nullable V value) {
        Map<Object, Given> cells = given.computeIfAbsent(fact, _ -> new HashMap<>());
        Given cell = cells.get(key);
        if (cell == null) {
            if (value == null) {
                return;
            }
            cell = new Given(fact, key);
            cells.put(key, cell);
        } else if (Objects.equals(cell.value, value)) {
            return;
        }
        cell.value = value;
        cell.changedAt = ++now;
        if (cell.hasReaders()) {
            markReaders(cell);
        } else if (value == null) {
            cells.remove(key);
        }
    }

    /** Returns the value of a fact, or null when there is none. */
    @SuppressWarnings("unchecked") // set() put a V under this fact.
    public <K, V> @Nullable V find(Fact<K, V> fact, K key) {
        Given cell = given.getOrDefault(fact, Map.of()).get(key);
        return cell == null ? null : (V) cell.value;
    }

    /** Hands every value of a fact to {@code action}, in no order. */
    @SuppressWarnings("unchecked") // set() put keys and values of these types under this fact.
    public <K, V> void forEach(Fact<K, V> fact, BiConsumer<K, V> action) {
        given.getOrDefault(fact, Map.of()).forEach((key, cell) -> {
            if (cell.value != null) {
                action.accept((K) key, (V) cell.value);
            }
        });
    }

    /** Wants the value of a rule from now on; the next {@link #refresh} tells it. */
    public <K, V> void want(Rule<K, V> rule, K key) {
        Derived cell = cell(rule, key);
        if (!cell.wanted) {
            cell.wanted = true;
            outdated.add(cell);
        }
    }

    /** Wants the value no longer. The last value is not told again. */
    public <K, V> void release(Rule<K, V> rule, K key) {
        Derived cell = derived.getOrDefault(rule, Map.of()).get(key);
        if (cell != null && cell.wanted) {
            cell.wanted = false;
            outdated.remove(cell);
            forgetIfUnused(cell);
        }
    }

    /** Brings every wanted value up to date and returns those that are others than before. */
    @SuppressWarnings("unchecked") // The rule of a cell made its value, and its key came with it.
    public List<Change<?, ?>> refresh() {
        List<Derived> cells = List.copyOf(outdated);
        // Not cleared, which would cost what its largest size did.
        outdated = new LinkedHashSet<>();
        List<@Nullable Object> before = new ArrayList<>(cells.size());
        for (Derived cell : cells) {
            before.add(cell.value);
        }
        List<Change<?, ?>> changes = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            Derived cell = cells.get(i);
            boolean first = !cell.computed;
            bringUpToDate(cell);
            Object old = before.get(i);
            if (first || !Objects.equals(old, cell.value)) {
                changes.add(new Change<>(
                        cell.rule,
                        cell.key,
                        old instanceof Failed ? null : old,
                        cell.value instanceof Failed ? null : cell.value,
                        cell.value instanceof Failed(DerivationException error) ? error : null));
            }
        }
        return changes;
    }

    /** Returns how often rules ran so far: the work that was done. */
    public long runs() {
        return runs;
    }

    /** Returns how many values are held, facts and derived ones. */
    public int size() {
        int size = 0;
        for (Map<Object, Given> cells : given.values()) {
            size += cells.size();
        }
        for (Map<Object, Derived> cells : derived.values()) {
            size += cells.size();
        }
        return size;
    }

    @SuppressWarnings("unchecked") // A rule is only ever applied to keys that came with it.
    private <K, V> Derived cell(Rule<K, V> rule, K key) {
        return derived.computeIfAbsent(rule, _ -> new HashMap<>())
                .computeIfAbsent(key, k -> new Derived((Rule<Object, Object>) rule, k));
    }

    private Given given(Fact<?, ?> fact, Object key) {
        return given.computeIfAbsent(fact, _ -> new HashMap<>()).computeIfAbsent(key, k -> new Given(fact, k));
    }

    /** A stale cell has only stale readers, so the walk ends where one is met. */
    private void markReaders(Cell changed) {
        Deque<Cell> open = new ArrayDeque<>();
        open.push(changed);
        while (!open.isEmpty()) {
            CellSet readers = open.pop().readers;
            if (readers != null) {
                readers.forEach(reader -> {
                    if (!reader.stale) {
                        reader.stale = true;
                        if (reader.wanted) {
                            outdated.add(reader);
                        }
                        open.push(reader);
                    }
                });
            }
        }
    }

    private void bringUpToDate(Derived cell) {
        if (!cell.stale) {
            return;
        }
        if (cell.computing) {
            throw new IllegalStateException(cell + " depends on itself");
        }
        if (!cell.computed || readsChanged(cell)) {
            run(cell);
        }
        cell.stale = false;
        cell.checkedAt = now;
    }

    private boolean readsChanged(Derived cell) {
        for (Cell read : cell.reads) {
            if (read instanceof Derived below) {
                bringUpToDate(below);
            }
            if (read.changedAt > cell.checkedAt) {
                return true;
            }
        }
        return false;
    }

    private void run(Derived cell) {
        Reads reads = new Reads(cell);
        cell.computing = true;
        Object value;
        try {
            runs++;
            value = cell.rule.apply(reads, cell.key);
        } catch (DerivationException e) {
            value = new Failed(e);
        } catch (RuntimeException | StackOverflowError e) {
            // The latter is how input fails that leads a rule, or a parser in it, too deep.
            value = new Failed(new DerivationException(cell + ": " + e, e));
        } finally {
            cell.computing = false;
        }
        replaceReads(cell, reads.cells);
        if (!cell.computed || !Objects.equals(value, cell.value)) {
            cell.value = value;
            cell.changedAt = ++now;
        }
        cell.computed = true;
    }

    private void replaceReads(Derived cell, Set<Cell> reads) {
        Cell[] before = cell.reads;
        cell.reads = reads.toArray(Cell[]::new);
        for (Cell read : before) {
            if (!reads.contains(read)) {
                read.removeReader(cell);
                forgetIfUnused(read);
            }
        }
    }

    private void forgetIfUnused(Cell cell) {
        if (cell.hasReaders()) {
            return;
        }
        switch (cell) {
            case Given fact -> {
                if (fact.value == null) {
                    requireNonNull(given.get(fact.fact)).remove(fact.key);
                }
            }
            case Derived rule -> {
                if (!rule.wanted && !rule.computing) {
                    requireNonNull(derived.get(rule.rule)).remove(rule.key);
                    Cell[] reads = rule.reads;
                    rule.reads = new Cell[0];
                    for (Cell read : reads) {
                        read.removeReader(rule);
                        forgetIfUnused(read);
                    }
                }
            }
        }
    }

    /**
     * Hands out values and takes note. Who reads a cell is its reader at once and not when its rule has ended: what the rule
     * reads next may run again, be the last that gives the cell up, and have it forgotten, while we hold on to it.
     */
    private final class Reads implements View {
        private final Derived reader;
        private final Set<Cell> cells = new LinkedHashSet<>();

        Reads(Derived reader) {
            this.reader = reader;
        }

        private void note(Cell cell) {
            if (cells.add(cell)) {
                cell.addReader(reader);
            }
        }

        @Override
        @SuppressWarnings("unchecked") // set() put a V under this fact.
        public <K, V> @Nullable V get(Fact<K, V> fact, K key) {
            Given cell = given(fact, key);
            note(cell);
            return (V) cell.value;
        }

        @Override
        @SuppressWarnings("unchecked") // The rule returned a V.
        public <K, V> @Nullable V get(Rule<K, V> rule, K key) {
            Derived cell = cell(rule, key);
            note(cell);
            bringUpToDate(cell);
            if (cell.value instanceof Failed(DerivationException error)) {
                throw error;
            }
            return (V) cell.value;
        }
    }
}
