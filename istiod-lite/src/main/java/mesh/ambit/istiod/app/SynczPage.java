package mesh.ambit.istiod.app;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.List;
import mesh.ambit.istiod.push.ClientStatus;
import org.jspecify.annotations.Nullable;

/** Connected clients as JSON, under upstream's names where it has them. */
final class SynczPage {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private SynczPage() {}

    /** Returns who is how far: of all clients, or of those of one namespace. */
    static String syncz(List<ClientStatus> clients, @Nullable String namespace) {
        JsonArray page = new JsonArray();
        for (ClientStatus client : clients) {
            if (namespace == null || namespace.isEmpty() || namespace.equals(client.namespace())) {
                page.add(syncz(client));
            }
        }
        return GSON.toJson(page);
    }

    private static JsonObject syncz(ClientStatus client) {
        JsonObject json = new JsonObject();
        put(json, "cluster_id", client.clusterId());
        put(json, "proxy", client.proxy());
        put(json, "proxy_type", client.proxyType());
        put(json, "istio_version", client.version());
        put(json, "node", client.node());
        put(json, "connection", client.connection());
        JsonObject resources = new JsonObject();
        client.types().forEach((typeUrl, status) -> resources.add(typeUrl, ofType(status)));
        json.add("resources", resources);
        return json;
    }

    private static JsonObject ofType(ClientStatus.OfType status) {
        JsonObject json = new JsonObject();
        put(json, "status", status.status());
        put(json, "sent", status.sent());
        put(json, "acked", status.acked());
        put(json, "sentTime", status.sentTime());
        put(json, "ackedTime", status.ackedTime());
        put(json, "staleSince", status.staleSince());
        put(json, "lastError", status.lastError());
        put(json, "lastErrorTime", status.lastErrorTime());
        if (status.rejections() > 0) {
            json.addProperty("rejections", status.rejections());
        }
        if (status.subscribed() > 0) {
            json.addProperty("subscribed", status.subscribed());
        }
        return json;
    }

    /** Returns who is connected. */
    static String connections(List<ClientStatus> clients) {
        JsonArray connected = new JsonArray();
        for (ClientStatus client : clients) {
            JsonObject json = new JsonObject();
            json.addProperty("connectionId", client.connection());
            put(json, "proxy", client.proxy());
            put(json, "node", client.node());
            put(json, "connectedAt", client.connected());
            JsonObject watches = new JsonObject();
            client.types().forEach((typeUrl, status) -> watches.addProperty(typeUrl, status.subscribed()));
            json.add("watches", watches);
            connected.add(json);
        }
        JsonObject page = new JsonObject();
        page.addProperty("totalClients", clients.size());
        page.add("clients", connected);
        return GSON.toJson(page);
    }

    private static void put(JsonObject json, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            json.addProperty(name, value);
        }
    }

    private static void put(JsonObject json, String name, @Nullable Instant time) {
        if (time != null) {
            json.addProperty(name, time.toString());
        }
    }
}
