package mesh.ambit.istiod.app;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.function.BooleanSupplier;

/**
 * Refuses every call until the objects have been read: before that nobody knows in whose name to issue a certificate, who
 * runs where, or what to tell a proxy. Clients try again, at another replica perhaps.
 */
final class Unready implements ServerInterceptor {
    private final BooleanSupplier ready;

    Unready(BooleanSupplier ready) {
        this.ready = ready;
    }

    @Override
    public <A, B> ServerCall.Listener<A> interceptCall(
            ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
        if (ready.getAsBoolean()) {
            return next.startCall(call, headers);
        }
        call.close(Status.UNAVAILABLE.withDescription("the mesh is not known yet, try again"), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
