package mesh.ambit.istiod.push;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A client's stream, of either method. Any thread may call. */
interface ClientStream {
    /** Sends what is due, if the client takes it; called after each new state, and merges with calls before it. */
    void wake();

    /** Returns where to call {@link #wake} for a small change; null for anywhere but an event loop. */
    default @Nullable Executor loop() {
        return null;
    }

    /** Cuts the stream if its client has taken nothing for too long; called now and then. */
    void inspect(long nowNanos);

    /** Ends the stream in good order. */
    void finish();

    /** Returns our name for it. */
    String connection();

    Instant opened();

    /** Returns who the client says it is; null before its first request. */
    @Nullable
    ProxyNode proxy();

    /** Returns how far the client is, by type URL. */
    Map<String, ClientStatus.OfType> progress();
}
