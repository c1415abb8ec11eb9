package mesh.ambit.tls;

import java.util.List;
import java.util.stream.Stream;
import mesh.ambit.identity.SpiffeId;

/**
 * The URI names of which a server must show at least one. The order says nothing to verification, but is part of a
 * tunnel pool's key. An empty list matches nobody.
 *
 * @param uris exact URI SANs, such as {@code spiffe://cluster.local/ns/shop/sa/orders}
 */
public record ExpectedSans(List<String> uris) {
    public ExpectedSans {
        uris = List.copyOf(uris);
    }

    /** Returns the expectation of one of {@code identities}. */
    public static ExpectedSans of(SpiffeId... identities) {
        return new ExpectedSans(Stream.of(identities).map(SpiffeId::toString).toList());
    }

    /** Says whether a peer with {@code sans} is one of those expected. */
    boolean matches(List<String> sans) {
        for (String san : sans) {
            if (uris.contains(san)) {
                return true;
            }
        }
        return false;
    }
}
