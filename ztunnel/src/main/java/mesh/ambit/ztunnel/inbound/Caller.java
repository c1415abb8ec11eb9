package mesh.ambit.ztunnel.inbound;

import io.netty.channel.Channel;
import java.util.function.Supplier;
import mesh.ambit.hbone.ConnectExchange;
import mesh.ambit.hbone.HeaderFields;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.relay.Relay;
import mesh.ambit.relay.RelayObserver;
import mesh.ambit.telemetry.OpenConnection;
import mesh.ambit.telemetry.ResponseFlag;
import org.jspecify.annotations.Nullable;

/** Whoever wants to reach the application: a tunnel's stream that waits for its answer, or a plain connection. */
sealed interface Caller {
    /** Says no. A plain connection is closed whatever the status. */
    void refuse(int status);

    /** Returns who it is, verified; null when nobody can say. */
    @Nullable
    SpiffeId peer();

    /** Ends it without an answer. */
    void abandon();

    /** Reports that it had gone when the application was there. */
    void reportDesertion(OpenConnection connection);

    /** Says yes, and moves bytes between it and {@code application} from now on. */
    Relay join(Channel application, RelayObserver observer);

    /** A request of {@code peer} inside a tunnel; {@code answer} goes with the 200. */
    record Stream(ConnectExchange exchange, @Nullable SpiffeId peer, Supplier<HeaderFields> answer) implements Caller {

        @Override
        public void refuse(int status) {
            if (exchange.isOpen()) {
                exchange.refuse(status);
            }
        }

        @Override
        public void abandon() {
            if (exchange.isOpen()) {
                exchange.abandon();
            }
        }

        @Override
        public void reportDesertion(OpenConnection connection) {
            connection.close(ResponseFlag.H2_HANDSHAKE_FAILURE, "h2 failed: the request was given up");
        }

        @Override
        public Relay join(Channel application, RelayObserver observer) {
            return Relay.inbound(exchange.accept(answer.get()), application, observer);
        }
    }

    /** A captured connection. */
    record Plain(Channel channel) implements Caller {
        @Override
        public @Nullable SpiffeId peer() {
            return null;
        }

        @Override
        public void refuse(int status) {
            channel.close();
        }

        @Override
        public void abandon() {
            channel.close();
        }

        /** As one that ends a moment later: clients that go away are no fault. */
        @Override
        public void reportDesertion(OpenConnection connection) {
            connection.close(ResponseFlag.NONE, null);
        }

        @Override
        public Relay join(Channel application, RelayObserver observer) {
            return Relay.plain(channel, application, observer);
        }
    }
}
