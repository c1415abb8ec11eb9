package mesh.ambit.hbone;

import java.net.InetSocketAddress;
import mesh.ambit.identity.SpiffeId;
import org.jspecify.annotations.Nullable;

/**
 * A request that a tunnel's peer made, as it came: nothing but HTTP/2 itself has been checked.
 *
 * @param method usually {@code CONNECT}; anything else is the handler's to refuse with 400
 * @param authority what the peer asks for; empty if it did not say
 * @param headers the other fields
 * @param peer the identity of the verified peer, or null if none of its names parsed
 * @param peerAddress where the tunnel comes from
 * @param localAddress where the tunnel was accepted
 * @param endOfInput whether the peer sends no bytes at all; the answer is 200 all the same
 */
public record ConnectRequest(
        String method,
        String authority,
        HeaderFields headers,
        @Nullable SpiffeId peer,
        InetSocketAddress peerAddress,
        InetSocketAddress localAddress,
        boolean endOfInput) {}
