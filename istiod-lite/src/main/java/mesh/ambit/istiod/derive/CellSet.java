package mesh.ambit.istiod.derive;

import java.util.Arrays;
import java.util.function.Consumer;
import mesh.ambit.istiod.derive.Cell.Derived;
import org.jspecify.annotations.Nullable;

/** A set of cells by identity. Small: 30,000 pods read the same few cells, and each such edge is an entry here. */
final class CellSet {
    private static final int LINEAR = 8;

    private @Nullable Derived[] slots = new Derived[2];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void add(Derived cell) {
        if (slots.length <= LINEAR) {
            for (int i = 0; i < size; i++) {
                if (slots[i] == cell) {
                    return;
                }
            }
            if (size < slots.length) {
                slots[size++] = cell;
                return;
            }
            resize(slots.length * 2);
            add(cell);
            return;
        }
        if ((size + 1) * 4 > slots.length * 3) {
            resize(slots.length * 2);
        }
        int index = find(cell);
        if (slots[index] == null) {
            slots[index] = cell;
            size++;
        }
    }

    void remove(Derived cell) {
        if (slots.length <= LINEAR) {
            for (int i = 0; i < size; i++) {
                if (slots[i] == cell) {
                    slots[i] = slots[--size];
                    slots[size] = null;
                    return;
                }
            }
            return;
        }
        int index = find(cell);
        if (slots[index] == null) {
            return;
        }
        slots[index] = null;
        size--;
        closeGap(index);
        if (size * 8 < slots.length) {
            resize(slots.length / 2);
        }
    }

    void forEach(Consumer<Derived> action) {
        for (Derived cell : slots) {
            if (cell != null) {
                action.accept(cell);
            }
        }
    }

    /** Moves those up that stand behind a freed slot only because it was taken. */
    private void closeGap(int freed) {
        int mask = slots.length - 1;
        int gap = freed;
        for (int i = gap + 1 & mask; ; i = i + 1 & mask) {
            Derived cell = slots[i];
            if (cell == null) {
                return;
            }
            int home = home(cell, mask);
            boolean reachable = gap <= i ? gap < home && home <= i : gap < home || home <= i;
            if (!reachable) {
                slots[gap] = cell;
                slots[i] = null;
                gap = i;
            }
        }
    }

    private int find(Derived cell) {
        int mask = slots.length - 1;
        int index = home(cell, mask);
        while (slots[index] != null && slots[index] != cell) {
            index = index + 1 & mask;
        }
        return index;
    }

    private static int home(Derived cell, int mask) {
        int hash = System.identityHashCode(cell);
        return (hash ^ hash >>> 15) & mask;
    }

    private void resize(int length) {
        @Nullable Derived[] before = slots;
        slots = new Derived[length];
        if (length <= LINEAR) {
            int i = 0;
            for (Derived cell : before) {
                if (cell != null) {
                    slots[i++] = cell;
                }
            }
            return;
        }
        int mask = length - 1;
        for (Derived cell : before) {
            if (cell != null) {
                int index = home(cell, mask);
                while (slots[index] != null) {
                    index = index + 1 & mask;
                }
                slots[index] = cell;
            }
        }
        assert Arrays.stream(slots).filter(cell -> cell != null).count() == size;
    }
}
