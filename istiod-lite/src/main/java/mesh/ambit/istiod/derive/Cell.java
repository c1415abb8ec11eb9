package mesh.ambit.istiod.derive;

import org.jspecify.annotations.Nullable;

/** The value of one fact or rule for one key, and who read it. */
abstract sealed class Cell {
    /** A rule's value that is an error. */
    record Failed(DerivationException error) {}

    final Object key;

    @Nullable
    Object value;

    /** When the value last became another one. */
    long changedAt;

    /** The cells that read this one; null for none, since many cells have none. */
    @Nullable
    CellSet readers;

    private Cell(Object key) {
        this.key = key;
    }

    boolean hasReaders() {
        return readers != null && !readers.isEmpty();
    }

    void addReader(Derived reader) {
        if (readers == null) {
            readers = new CellSet();
        }
        readers.add(reader);
    }

    void removeReader(Derived reader) {
        if (readers != null) {
            readers.remove(reader);
        }
    }

    /** A value that was given. */
    static final class Given extends Cell {
        final Fact<?, ?> fact;

        Given(Fact<?, ?> fact, Object key) {
            super(key);
            this.fact = fact;
        }

        @Override
        public String toString() {
            return fact + " " + key;
        }
    }

    /** A value that a rule made. */
    static final class Derived extends Cell {
        private static final Cell[] NOTHING = {};

        final Rule<Object, Object> rule;

        /** What the rule read when it last ran, in that order. */
        Cell[] reads = NOTHING;

        /** When it was last known that the value is what the rule says. */
        long checkedAt;

        /** Whether something that the rule read, directly or not, may have changed since. */
        boolean stale = true;

        boolean computed;
        boolean computing;

        /** Whether somebody outside wants the value, so that it stays without readers. */
        boolean wanted;

        Derived(Rule<Object, Object> rule, Object key) {
            super(key);
            this.rule = rule;
        }

        @Override
        public String toString() {
            return rule + " " + key;
        }
    }
}
