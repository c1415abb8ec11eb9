package mesh.ambit.istiod.app;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import mesh.ambit.admin.HttpQuery;
import mesh.ambit.admin.HttpReply;
import mesh.ambit.admin.HttpRoute;
import mesh.ambit.istiod.ambient.Feature;
import mesh.ambit.istiod.push.DebugAnswers;
import mesh.ambit.istiod.push.PushHub;
import org.jspecify.annotations.Nullable;

/** Pages for a person who wants to see what the controller knows: over HTTP, and over xDS for command lines. */
final class DebugPages implements DebugAnswers.Pages {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    private static final String ROOT = "/debug";

    private final Map<String, HttpRoute> pages = new LinkedHashMap<>();

    DebugPages(
            IstiodLiteConfig config,
            PushHub hub,
            Supplier<MeshPublisher.Published> published,
            Supplier<List<ClusterStanding>> clusters) {
        pages.put("syncz", query -> HttpReply.json(SynczPage.syncz(hub.status(), query.parameter("namespace"))));
        pages.put("adsz", query -> adsz(hub, query));
        pages.put("connections", _ -> HttpReply.json(SynczPage.connections(hub.status())));
        pages.put("ambientz", _ -> HttpReply.json(hub.dump()));
        pages.put("problems", _ -> {
            List<String> lines = new ArrayList<>(published.get().lines());
            lines.addAll(hub.proxyless().remarks());
            return HttpReply.json(GSON.toJson(lines));
        });
        pages.put("clusterz", _ -> HttpReply.json(ClusterStanding.page(clusters.get())));
        pages.put("config", _ -> HttpReply.json(GSON.toJson(describe(config))));
        pages.put("list", _ -> HttpReply.json(GSON.toJson(pages.keySet())));
        pages.put("", _ -> HttpReply.text(200, index(published.get())));
    }

    /** Returns the routes below {@code /debug}; {@code access} decides who may see them. */
    Map<String, HttpRoute> routes(DebugAccess access) {
        Map<String, HttpRoute> routes = new LinkedHashMap<>();
        pages.forEach(
                (name, page) -> routes.put(name.isEmpty() ? ROOT : ROOT + "/" + name, access.guarded(name, page)));
        return routes;
    }

    @Override
    public @Nullable String text(String name) {
        int query = name.indexOf('?');
        String path = query < 0 ? name : name.substring(0, query);
        HttpRoute page = pages.get(path);
        if (page == null) {
            return null;
        }
        Map<String, List<String>> parameters;
        try {
            parameters = new QueryStringDecoder(query < 0 ? "" : name.substring(query)).parameters();
        } catch (IllegalArgumentException e) {
            return "400 " + e.getMessage() + "\n";
        }
        return page.answer(new HttpQuery("GET", ROOT + "/" + path, parameters, "", "", false))
                .body();
    }

    private static HttpReply adsz(PushHub hub, HttpQuery query) {
        if ("true".equals(query.parameter("push"))) {
            hub.metrics().triggered("debug", 1);
            hub.wakeAll();
            return HttpReply.text(200, "Pushed to " + hub.status().size() + " servers\n");
        }
        return HttpReply.json(SynczPage.connections(hub.status()));
    }

    private String index(MeshPublisher.Published published) {
        StringBuilder text = new StringBuilder();
        for (String name : pages.keySet()) {
            text.append(ROOT).append(name.isEmpty() ? "" : "/").append(name).append('\n');
        }
        if (!published.lines().isEmpty()) {
            text.append("\nproblems:\n");
            published.lines().forEach(problem -> text.append(problem).append('\n'));
        }
        return text.toString();
    }

    private static Map<String, String> describe(IstiodLiteConfig config) {
        Map<String, String> values = new TreeMap<>();
        values.put("folder", String.valueOf(config.folder()));
        values.put("kubeconfig", String.valueOf(config.kubernetes().kubeconfig()));
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
        values.putAll(config.discovery().describe());
        for (Feature feature : Feature.values()) {
            values.put(feature.variable(), Boolean.toString(config.mesh().has(feature)));
        }
        return values;
    }
}
