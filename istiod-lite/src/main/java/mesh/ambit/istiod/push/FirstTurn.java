package mesh.ambit.istiod.push;

import java.time.Duration;
import java.util.concurrent.Executor;
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

    private final PushHub hub;
    private final Executor loop;
    private final @Nullable FirstWord firstWord;
    private boolean come;
    private boolean held;
    private boolean over;

    /**
     * Creates one.
     *
     * @param loop where everything of the stream happens
     * @param firstWord tells when the client begins to say something; null if that cannot be told
     */
    FirstTurn(PushHub hub, Executor loop, @Nullable FirstWord firstWord) {
        this.hub = hub;
        this.loop = loop;
        this.firstWord = firstWord;
    }

    /** Runs {@code action} when the turn has come, at once if nobody is before. */
    void await(Runnable action) {
        if (hub.firstRequests().take(1, () -> loop.execute(() -> begin(action)))) {
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
            hub.later(SILENT_TIME, () -> loop.execute(this::passIfSilent));
            action.run();
        }
    }

    private void hold() {
        held = true;
        if (over) {
            pass();
        } else {
            hub.later(SPEAKING_TIME, () -> loop.execute(this::pass));
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
            hub.firstRequests().force(1);
            hold();
        }
    }

    /** Lets the next client in. */
    private void pass() {
        if (held) {
            held = false;
            hub.firstRequests().release(1);
        }
    }

    /** Ends it: the request was served, or will not come. */
    void end() {
        over = true;
        pass();
    }
}
