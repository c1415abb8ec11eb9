package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose turn it is to send a first request, on a clock of our own. */
class FirstTurnTest {
    private final SendBudget turns = new SendBudget(1, Runnable::run);
    private final List<Timer> timers = new ArrayList<>();
    private final List<String> begun = new ArrayList<>();

    private Duration now = Duration.ZERO;

    private record Timer(Duration due, Runnable action) {}

    private FirstTurn client(FirstWord word) {
        return new FirstTurn(
                turns, (delay, action) -> timers.add(new Timer(now.plus(delay), action)), Runnable::run, word);
    }

    private void passUntil(Duration time) {
        now = time;
        List<Timer> due = timers.stream()
                .filter(timer -> timer.due().compareTo(time) <= 0)
                .toList();
        timers.removeAll(due);
        due.forEach(timer -> timer.action().run());
    }

    @Test
    void whoSaysNothingSoonMakesRoomForTheNext() {
        client(new FirstWord()).await(() -> begun.add("silent"));
        client(new FirstWord()).await(() -> begun.add("next"));
        assertThat(begun).containsExactly("silent");

        passUntil(Duration.ofMillis(50));

        assertThat(begun).containsExactly("silent", "next");
    }

    @Test
    void whoSpokeLateHasTheWholeTimeOfTheTurnThatItThenHas() {
        FirstWord word = new FirstWord();
        FirstTurn late = client(word);
        late.await(() -> begun.add("late"));
        passUntil(Duration.ofMillis(50));
        passUntil(Duration.ofSeconds(4));
        word.inboundMessage(0);
        client(new FirstWord()).await(() -> begun.add("other"));

        passUntil(Duration.ofSeconds(6));
        assertThat(begun)
                .as("the time of the first turn is over, that of the second is not")
                .containsExactly("late");

        passUntil(Duration.ofSeconds(9));
        assertThat(begun).containsExactly("late", "other");
    }

    @Test
    void whoWasServedGivesBackOneTurnOnly() {
        FirstWord word = new FirstWord();
        FirstTurn first = client(word);
        first.await(() -> begun.add("first"));
        word.inboundMessage(0);
        first.end();
        FirstWord second = new FirstWord();
        client(second).await(() -> begun.add("second"));
        second.inboundMessage(0);
        client(new FirstWord()).await(() -> begun.add("third"));

        passUntil(Duration.ofSeconds(4));

        assertThat(begun).as("the second still speaks").containsExactly("first", "second");
    }

    @Test
    void whoEndedWhileWaitingPassesTheTurnOn() {
        client(new FirstWord()).await(() -> begun.add("first"));
        FirstTurn gone = client(new FirstWord());
        gone.await(() -> begun.add("gone"));
        gone.end();
        client(new FirstWord()).await(() -> begun.add("third"));

        passUntil(Duration.ofMillis(50));

        assertThat(begun).containsExactly("first", "third");
    }
}
