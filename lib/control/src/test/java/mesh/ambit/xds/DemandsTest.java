package mesh.ambit.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DemandsTest {
    private final Demands demands = new Demands(2);

    @Test
    void aNameIsAskedForOnceHoweverManyWait() {
        add("a");
        assertThat(demands.ask()).containsExactly("a");
        add("a");

        assertThat(demands.ask()).isEmpty();
    }

    @Test
    void everybodyWhoWaitsForANameIsReleasedTogether() {
        CompletableFuture<Void> first = add("a");
        CompletableFuture<Void> second = add("a");
        CompletableFuture<Void> other = add("b");

        assertThat(demands.answered(List.of("a", "unknown"))).containsExactlyInAnyOrder(first, second);
        assertThat(demands.abandon()).containsExactly(other);
    }

    @Test
    void aNameThatWasAnsweredIsAskedForAgain() {
        add("a");
        demands.ask();
        demands.answered(List.of("a"));
        add("a");

        assertThat(demands.ask()).containsExactly("a");
    }

    @Test
    void openNamesAreLimited() {
        add("a");
        add("b");

        assertThat(demands.add("c", new CompletableFuture<>())).isFalse();
        assertThat(demands.add("b", new CompletableFuture<>()))
                .as("no further name")
                .isTrue();
    }

    @Test
    void aNameThatNobodyWaitsForMakesRoom() {
        CompletableFuture<Void> gone = add("a");
        add("b");
        demands.remove("a", gone);

        assertThat(demands.add("c", new CompletableFuture<>())).isTrue();
        assertThat(demands.ask()).containsExactly("b", "c");
    }

    private CompletableFuture<Void> add(String name) {
        CompletableFuture<Void> waiter = new CompletableFuture<>();
        assertThat(demands.add(name, waiter)).isTrue();
        return waiter;
    }
}
