package mesh.ambit.policy;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * What policies see of a connection at its destination.
 *
 * @param source the address it came from
 * @param identity who sent it, as its certificate says; null for plaintext
 * @param destination the address and port that it is for: the target after every mapping of ports
 */
public record Connection(InetAddress source, @Nullable SpiffeId identity, InetSocketAddress destination) {
    public Connection {
        requireNonNull(source, "source");
        requireNonNull(destination.getAddress(), "destination is unresolved");
    }

    InetAddress destinationAddress() {
        return destination.getAddress();
    }
}
