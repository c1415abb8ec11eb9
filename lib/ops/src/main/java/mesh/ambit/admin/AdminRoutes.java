package mesh.ambit.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogLevels;
import mesh.ambit.telemetry.Metrics;
import org.jspecify.annotations.Nullable;

/** Routes that several programs share. */
public final class AdminRoutes {
    private static final String LOGGING_USAGE = """
            usage: POST /logging                          show the filter in force
                   POST /logging?level=LEVEL              log everything at LEVEL
                   POST /logging?level=SCOPE=LEVEL,LEVEL  log SCOPE, or everything else, at LEVEL
                   POST /logging?reset                    go back to the filter of the start
            LEVEL is one of off, error, warn, info, debug, trace
            """;

    private AdminRoutes() {}

    /** Returns {@code /metrics} and {@code /stats/prometheus}. */
    public static Map<String, HttpRoute> metrics(Metrics metrics) {
        HttpRoute page = query -> {
            Metrics.Page found = metrics.page(query.accept());
            return new HttpReply(200, found.contentType(), found.body());
        };
        return Map.of("/metrics", page, "/stats/prometheus", page);
    }

    /**
     * Returns the routes of a node proxy's administration port: {@code /}, {@code /config_dump}, {@code /logging} and
     * {@code /quitquitquit}.
     *
     * @param configDump JSON text, made when it is asked for
     * @param levels the levels that {@code /logging} shows and changes
     * @param shutdown begins a graceful shutdown and returns at once
     */
    public static Map<String, HttpRoute> nodeProxy(Supplier<String> configDump, LogLevels levels, Runnable shutdown) {
        Map<String, HttpRoute> routes = new LinkedHashMap<>();
        routes.put("/config_dump", query -> HttpReply.json(configDump.get()));
        routes.put("/logging", query -> logging(query, levels));
        HttpRoute quit = query -> {
            shutdown.run();
            return HttpReply.text(200, "shutdown now\n");
        };
        routes.put("/quitquitquit", quit.only("POST"));
        routes.putAll(ProfileRoutes.routes());
        HttpReply index = index(routes);
        routes.put("/", query -> index);
        return Map.copyOf(routes);
    }

    private static HttpReply logging(HttpQuery query, LogLevels levels) {
        if (!query.method().equals("POST")) {
            return HttpReply.text(405, LOGGING_USAGE);
        }
        boolean reset = query.parameters().containsKey("reset");
        @Nullable String level = query.parameter("level");
        LogFilter filter = reset ? levels.startUp() : levels.current();
        try {
            LogFilter next = level == null ? filter : filter.with(level);
            if (!next.toString().equals(levels.current().toString())) {
                levels.set(next);
            }
            return HttpReply.text(200, "current log level is " + next + "\n");
        } catch (IllegalArgumentException e) {
            return HttpReply.text(400, "Invalid level provided: " + level + "\n" + LOGGING_USAGE);
        }
    }

    private static HttpReply index(Map<String, HttpRoute> routes) {
        StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<title>Ambit</title>\n<h1>Ambit</h1>\n<ul>\n");
        for (String path : routes.keySet()) {
            html.append("<li><a href=\"")
                    .append(path)
                    .append("\">")
                    .append(path)
                    .append("</a>\n");
        }
        html.append("</ul>\n");
        return new HttpReply(200, "text/html; charset=utf-8", html.toString());
    }
}
