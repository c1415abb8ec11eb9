package mesh.ambit.istiod.push;

import java.util.Map;
import java.util.TreeMap;

/**
 * How far one client is; for the debug page.
 *
 * @param connection our name for the stream
 * @param proxy what the client calls itself
 * @param node the node it serves; may be empty
 * @param types per type URL one of SYNCED, STALE, NOT SENT, ERROR
 */
public record StreamStatus(String connection, String proxy, String node, Map<String, String> types) {
    public StreamStatus {
        types = new TreeMap<>(types);
    }
}
