package mesh.ambit.ztunnel.outbound;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import mesh.ambit.hbone.HboneStream;
import mesh.ambit.hbone.SocketErrors;
import mesh.ambit.hbone.TunnelFailure;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.ResponseFlag;
import mesh.ambit.ztunnel.inpod.Endings;
import org.jspecify.annotations.Nullable;

/** The way to a next hop while it is under way, and what comes of it. Confined to an event loop. */
abstract class Dial {
    private @Nullable Future<?> pending;
    private boolean cancelled;

    /** What comes of a dial: exactly one call, perhaps before {@link #start} returns, none after {@link #cancel}. */
    interface Result {
        /** The next hop is there; whoever is told takes over what is connected in the same turn. */
        void connected(Leg leg);

        /** There is no next hop. */
        void failed(Failure failure);
    }

    /** A connected next hop. */
    sealed interface Leg {
        /** A stream of a tunnel. */
        record Stream(HboneStream stream) implements Leg {}

        /** A socket. */
        record Socket(Channel channel) implements Leg {}
    }

    /** Why there is none. */
    sealed interface Failure {
        /** Reports it as the end of a connection. */
        void report(OpenConnection connection);

        /** Returns whether another endpoint may fare better; bytes of the application have not been sent in any case. */
        boolean isWorthARetry();

        /** The tunnel or the request in it failed. */
        record OfTunnel(TunnelFailure failure) implements Failure {
            private static final int SERVICE_UNAVAILABLE = 503;

            @Override
            public void report(OpenConnection connection) {
                Endings.report(connection, failure);
            }

            @Override
            public boolean isWorthARetry() {
                return switch (failure) {
                    case TunnelFailure.ConnectFailed _, TunnelFailure.ConnectTimedOut _, TunnelFailure.Http2Failed _ ->
                        true;
                    case TunnelFailure.Refused(int status) -> status == SERVICE_UNAVAILABLE;
                    default -> false;
                };
            }
        }

        /** A plain connect failed. */
        record OfSocket(Throwable cause) implements Failure {
            @Override
            public void report(OpenConnection connection) {
                connection.close(ResponseFlag.CONNECT, "io error: " + SocketErrors.text(cause));
            }

            @Override
            public boolean isWorthARetry() {
                return true;
            }
        }
    }

    /** Sets out. Once only. */
    abstract void start();

    /** Notes what is under way, so that it can be given up. */
    void await(Future<?> next) {
        pending = next;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Gives up; the result is not told any more. */
    void cancel() {
        cancelled = true;
        if (pending != null) {
            pending.cancel(false);
        }
    }
}
