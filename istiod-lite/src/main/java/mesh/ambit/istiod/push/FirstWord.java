package mesh.ambit.istiod.push;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tells when the caller of a stream begins to say something, which is long before a long message has come. */
public final class FirstWord extends ServerStreamTracer {
    private static final Context.Key<FirstWord> OF_CALL = Context.key("first word");

    private final CompletableFuture<Void> begun = new CompletableFuture<>();

    /** Makes one for each call of a server. */
    public static final class Factory extends ServerStreamTracer.Factory {
        @Override
        public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
            return new FirstWord();
        }
    }

    /** Returns that of the call that the current thread begins; null where the server makes none. */
    static @Nullable FirstWord ofCall() {
        return OF_CALL.get();
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValue(OF_CALL, this);
    }

    @Override
    public void inboundMessage(int number) {
        if (!begun.isDone()) {
            begun.complete(null);
        }
    }

    /** Returns whether the caller has begun. */
    boolean isSaid() {
        return begun.isDone();
    }

    /** Runs {@code action} when the caller begins; at once if it has. */
    void whenSaid(Runnable action) {
        begun.thenRun(action);
    }
}
