package mesh.ambit.relay;

import org.jspecify.annotations.Nullable;

/** Watches a relay; called on its event loop. */
public interface RelayObserver {
    /** Returns who looks at the bytes themselves; null for nobody. Asked once, when the relay is made. */
    default @Nullable RelayTap tap() {
        return null;
    }

    /** {@code bytes} from the downstream side have gone on upstream: the request direction. */
    default void onSent(int bytes) {}

    /** {@code bytes} from the upstream side have gone on downstream: the response direction. */
    default void onReceived(int bytes) {}

    /** The relay is over and both sides are closed or closing. Called exactly once. */
    void onEnd(RelayEnd end);
}
