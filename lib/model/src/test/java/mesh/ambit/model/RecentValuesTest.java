package mesh.ambit.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentValuesTest {
    private final RecentValues<Item> values = new RecentValues<>();

    private record Item(long number) {}

    @Test
    void equalValuesAreOneObject() {
        Item first = new Item(1_000);

        assertThat(values.of(first)).isSameAs(first);
        assertThat(values.of(new Item(1_000))).isSameAs(first);
    }

    @Test
    void valuesThatShareASlotAreNotTakenForEachOther() {
        for (long value = 0; value < 100_000; value++) {
            assertThat(values.of(new Item(value))).isEqualTo(new Item(value));
        }
    }

    @Test
    void noMoreIsRememberedThanThereIsRoomFor() {
        Item first = new Item(1);
        values.of(first);
        for (long value = 2; value < 10_000; value++) {
            values.of(new Item(value));
        }

        assertThat(values.of(new Item(1))).isNotSameAs(first);
    }
}
