package mesh.ambit.istiod.app;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/**
 * How far reading a cluster has come.
 *
 * @param secret the Secret that names it, {@code namespace/name}; empty for one that no Secret names
 */
record ClusterStanding(String id, String secret, State state) {
    /** In upstream's words. */
    enum State {
        /** All there is has been read, and changes are followed. */
        SYNCED("synced"),
        /** Being read for the first time. */
        SYNCING("syncing"),
        /** The same, for so long that nobody waits for it. */
        TIMEOUT("timeout"),
        /** No longer followed. */
        CLOSED("closed");

        private final String text;

        State(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    /** Returns the page by which command lines show clusters. */
    static String page(List<ClusterStanding> clusters) {
        JsonArray page = new JsonArray();
        for (ClusterStanding cluster : clusters) {
            JsonObject object = new JsonObject();
            object.addProperty("id", cluster.id());
            object.addProperty("secretName", cluster.secret());
            object.addProperty("syncStatus", cluster.state().text());
            page.add(object);
        }
        return page.toString();
    }
}
