package mesh.ambit.istiod.app;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import mesh.ambit.admin.HttpReply;
import mesh.ambit.admin.HttpRoute;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.push.PushHub;

/** Pages for a person who wants to see what the controller knows. They answer this machine only. */
final class DebugPages {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private DebugPages() {}

    /** Returns the routes below {@code /debug}. */
    static Map<String, HttpRoute> routes(
            IstiodLiteConfig config, PushHub hub, Supplier<MeshPublisher.Published> published) {
        Map<String, HttpRoute> pages = new LinkedHashMap<>();
        pages.put("/debug/syncz", _ -> HttpReply.json(GSON.toJson(hub.status())));
        pages.put("/debug/ambientz", _ -> HttpReply.json(hub.dump()));
        pages.put(
                "/debug/problems",
                _ -> HttpReply.json(GSON.toJson(published.get().problems())));
        pages.put("/debug/config", _ -> HttpReply.json(GSON.toJson(describe(config))));
        HttpRoute index = _ -> HttpReply.text(200, index(pages, published.get()));
        Map<String, HttpRoute> routes = new LinkedHashMap<>();
        pages.forEach((path, page) -> routes.put(path, forThisMachine(page)));
        routes.put("/debug", forThisMachine(index));
        return routes;
    }

    private static HttpRoute forThisMachine(HttpRoute page) {
        return query -> query.fromLoopback()
                ? page.answer(query)
                : HttpReply.text(403, "debug pages answer loopback connections only\n");
    }

    private static String index(Map<String, HttpRoute> pages, MeshPublisher.Published published) {
        StringBuilder text = new StringBuilder();
        pages.keySet().forEach(path -> text.append(path).append('\n'));
        if (!published.problems().isEmpty()) {
            text.append("\nproblems:\n");
            published.problems().forEach(problem -> text.append(problem).append('\n'));
        }
        return text.toString();
    }

    private static Map<String, String> describe(IstiodLiteConfig config) {
        Map<String, String> values = new TreeMap<>();
        values.put("folder", String.valueOf(config.folder()));
        values.put("kubeconfig", String.valueOf(config.kubeconfig()));
        values.put("state", config.state().toString());
        values.put("secureGRPCAddr", config.secureGrpc().toString());
        values.put("httpAddr", config.http().toString());
        values.put("monitoringAddr", config.monitoring().toString());
        values.put("address", config.addresses().toString());
        values.put("node", config.nodes().toString());
        values.put("domain", config.mesh().domainSuffix());
        values.put(IstiodLiteConfig.CLUSTER_ID, config.mesh().clusterId());
        values.put(IstiodLiteConfig.TRUST_DOMAIN, config.mesh().trustDomain());
        values.put(IstiodLiteConfig.POD_NAMESPACE, config.mesh().rootNamespace());
        values.put(
                IstiodLiteConfig.CA_TRUSTED_NODE_ACCOUNTS,
                config.trustedNodeAccounts().toString());
        values.put(
                IstiodLiteConfig.DEFAULT_WORKLOAD_CERT_TTL,
                config.certificates().defaultTtl().toString());
        values.put(
                IstiodLiteConfig.MAX_WORKLOAD_CERT_TTL,
                config.certificates().maxTtl().toString());
        values.put(IstiodLiteConfig.TOKEN_AUDIENCES, config.audiences().toString());
        values.put(IstiodLiteConfig.PILOT_DEBOUNCE_AFTER, config.pushInterval().toString());
        values.put(IstiodLiteConfig.PILOT_MAX_REQUESTS_PER_SECOND, Integer.toString(config.streamsPerSecond()));
        for (Feature feature : Feature.values()) {
            values.put(feature.variable(), Boolean.toString(config.mesh().has(feature)));
        }
        return values;
    }
}
