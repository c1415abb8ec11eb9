package mesh.ambit.istiod.push;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How far one client is; for people.
 *
 * @param connection our name for the stream
 * @param proxy what the client calls itself
 * @param proxyType its type, like {@code ztunnel}
 * @param namespace its namespace
 * @param node the node it serves; may be empty
 * @param clusterId the cluster it says it is in; may be empty
 * @param version its version; may be empty
 * @param connected since when it is connected
 * @param types how far it is, by type URL
 */
public record ClientStatus(
        String connection,
        String proxy,
        String proxyType,
        String namespace,
        String node,
        String clusterId,
        String version,
        Instant connected,
        Map<String, OfType> types) {
    public ClientStatus {
        types = new TreeMap<>(types);
    }

    /**
     * How far it is in one type.
     *
     * @param status SYNCED, STALE, NOT SENT or ERROR
     * @param sent nonce of the last response
     * @param sentTime when it went out; null before the first
     * @param acked nonce of the last response that the client took
     * @param ackedTime when it said so; null before
     * @param staleSince when the oldest response went out that the client has not answered; null when it owes none
     * @param lastError why it refused a response; null when it has taken one since
     * @param lastErrorTime when it did
     * @param rejections how often it refused one on this stream
     * @param subscribed names that it asked for or was told, for one that does not take everything
     */
    public record OfType(
            String status,
            String sent,
            @Nullable Instant sentTime,
            String acked,
            @Nullable Instant ackedTime,
            @Nullable Instant staleSince,
            @Nullable String lastError,
            @Nullable Instant lastErrorTime,
            long rejections,
            int subscribed) {
        /** Returns the status as a value. */
        Standing.Status standing() {
            return Standing.Status.parse(status);
        }

        static OfType of(Standing standing, int subscribed) {
            return new OfType(
                    standing.status().toString(),
                    standing.sentNonce(),
                    instant(standing.sentMillis()),
                    standing.ackedNonce(),
                    instant(standing.ackedMillis()),
                    instant(standing.unansweredMillis()),
                    standing.rejection() == null ? null : standing.rejection().reason(),
                    instant(standing.rejectedMillis()),
                    standing.rejections(),
                    subscribed);
        }

        private static @Nullable Instant instant(long millis) {
            return millis == 0 ? null : Instant.ofEpochMilli(millis);
        }
    }

    /** Returns the status of those that have said who they are, by connection. */
    static List<ClientStatus> of(Collection<ClientStream> streams) {
        List<ClientStatus> clients = new ArrayList<>();
        for (ClientStream stream : streams) {
            ProxyNode proxy = stream.proxy();
            if (proxy != null) {
                clients.add(new ClientStatus(
                        stream.connection(),
                        proxy.id(),
                        proxy.type(),
                        proxy.namespace(),
                        proxy.nodeName(),
                        proxy.clusterId(),
                        proxy.version(),
                        stream.opened(),
                        stream.progress()));
            }
        }
        clients.sort(Comparator.comparing(ClientStatus::connection));
        return List.copyOf(clients);
    }
}
