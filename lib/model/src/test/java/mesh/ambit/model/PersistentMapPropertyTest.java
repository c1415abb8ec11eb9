package mesh.ambit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PersistentMapPropertyTest {
    /** A key with few hashes, so that whole-hash collisions and deep paths are common. */
    private record Key(int number) {
        @Override
        public int hashCode() {
            return number % 7 == 0 ? number % 3 : number << 27;
        }
    }

    @Property(tries = 300, seed = "1")
    void behavesLikeAHashMapUnderAnySequenceOfChanges(
            @ForAll @Size(max = 120) List<@IntRange(min = -60, max = 60) Integer> changes) {
        Map<Key, Integer> expected = new HashMap<>();
        PersistentMap<Key, Integer> map = PersistentMap.empty();
        for (int change : changes) {
            Key key = new Key(Math.abs(change));
            if (change < 0) {
                expected.remove(key);
                map = map.without(key);
            } else {
                expected.put(key, change + expected.size());
                map = map.with(key, change + map.size());
            }
            assertThat(map.size()).isEqualTo(expected.size());
        }
        Map<Key, Integer> seen = new HashMap<>();
        map.forEach(seen::put);
        assertThat(seen).isEqualTo(expected);
        for (int i = 0; i <= 60; i++) {
            assertThat(map.find(new Key(i))).isEqualTo(expected.get(new Key(i)));
        }
    }

    @Property(tries = 100, seed = "1")
    void mapsWithTheSameEntriesAreEqualWhateverTheirPast(@ForAll @Size(max = 60) List<Integer> numbers) {
        PersistentMap<Integer, String> forward = PersistentMap.empty();
        for (int number : numbers) {
            forward = forward.with(number, "v" + number);
        }
        PersistentMap<Integer, String> backward =
                PersistentMap.<Integer, String>empty().with(-1, "gone");
        for (int number : numbers.reversed()) {
            backward = backward.with(number, "v" + number);
        }
        backward = numbers.contains(-1) ? backward : backward.without(-1);

        assertThat(backward).isEqualTo(forward).hasSameHashCodeAs(forward);
    }
}
