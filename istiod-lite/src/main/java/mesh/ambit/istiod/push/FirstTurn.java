package mesh.ambit.istiod.push;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's turn to send its first request: only so many at a time, since all of them may come again at once with a list
 * of all that they hold. Who has his turn and says nothing loses it soon, and has one when he speaks, in addition to those
 * whose turn it is.
 *
 * <p>Belongs to the stream.
 */
final class FirstTurn {
    /** How long others wait for a client to begin. */
    private static final Duration SILENT_TIME = Duration.ofMillis(50);

    /** How long others wait for a client to end what it began. */
    private static final Duration SPEAKING_TIME = Duration.ofSeconds(5);

    private final SendBudget turns;
    private final BiConsumer<Duration, Runnable> later;
    private final Executor loop;
    private final @Nullable FirstWord firstWord;
    private boolean come;
    /** How often it was held: who waited for the end of one turn must not end the next. */
    private int count;

    private boolean held;
    private boolean over;

    /**
     * Creates one.
     *
     * @param turns the turns of all clients, one each
     * @param later runs an action after some time
     * @param loop where everything of the stream happens
     * @param firstWord tells when the client begins to say something; null if that cannot be told
     */
    FirstTurn(SendBudget turns, BiConsumer<Duration, Runnable> later, Executor loop, @Nullable FirstWord firstWord) {
        this.turns = turns;
        this.later = later;
        this.loop = loop;
        this.firstWord = firstWord;
    }

    /** Runs {@code action} when the turn has come, at once if nobody is before. */
    void await(Runnable action) {
        if (turns.take(1, () -> loop.execute(() -> begin(action)))) {
            begin(action);
        }
    }

    /** Returns whether it has come. */
    boolean hasCome() {
        return come;
    }

    private void begin(Runnable action) {
        come = true;
        hold();
        if (!over) {
            later.accept(SILENT_TIME, () -> loop.execute(this::passIfSilent));
            action.run();
        }
    }

    private void hold() {
        held = true;
        if (over) {
            pass();
        } else {
            int now = ++count;
            later.accept(SPEAKING_TIME, () -> loop.execute(() -> passIf(now)));
        }
    }

    private void passIf(int turn) {
        if (turn == count) {
            pass();
        }
    }

    private void passIfSilent() {
        if (held && (firstWord == null || !firstWord.isSaid())) {
            pass();
            if (firstWord != null) {
                firstWord.whenSaid(() -> loop.execute(this::speak));
            }
        }
    }

    private void speak() {
        if (!over && !held) {
            turns.force(1);
            hold();
        }
    }

    /** Lets the next client in. */
    private void pass() {
        if (held) {
            held = false;
            turns.release(1);
        }
    }

    /** Ends it: the request was served, or will not come. */
    void end() {
        over = true;
        pass();
    }
}
