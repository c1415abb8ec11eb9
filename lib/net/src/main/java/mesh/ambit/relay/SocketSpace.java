package mesh.ambit.relay;

import io.netty.channel.Channel;
import java.util.function.Supplier;

/** Where sockets are made: a network namespace, with whatever must be done to a socket at birth (marks). */
@FunctionalInterface
public interface SocketSpace {
    /** The process's own namespace. */
    SocketSpace HERE = Supplier::get;

    /** Runs {@code constructor} inside the namespace and returns its channel. Called on a platform thread. */
    Channel open(Supplier<? extends Channel> constructor);
}
