package mesh.ambit.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Supplier;
import mesh.ambit.telemetry.LogFilter;
import mesh.ambit.telemetry.LogLevel;
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
            return new HttpReply(200, found.contentType(), found.body()).varying();
        };
        return Map.of("/metrics", page, "/stats/prometheus", page);
    }

    /**
     * Returns the routes of a node proxy's administration port: {@code /}, {@code /config_dump}, {@code /connections},
     * {@code /logging}, {@code /quitquitquit}, and profiles below {@code /debug/pprof/}.
     *
     * @param configDump JSON text, made when it is asked for
     * @param connections JSON text, made when it is asked for, which may take a moment
     * @param levels the levels that {@code /logging} shows and changes
     * @param shutdown begins a graceful shutdown and returns at once
     */
    public static Map<String, HttpRoute> nodeProxy(
            Supplier<String> configDump, Supplier<String> connections, LogLevels levels, Runnable shutdown) {
        Map<String, HttpRoute> routes = new LinkedHashMap<>();
        routes.put("/config_dump", query -> HttpReply.json(configDump.get()));
        routes.put("/connections", HttpRoute.blocking(query -> HttpReply.json(connections.get())));
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
            return HttpReply.text(405, "Invalid HTTP method\n" + LOGGING_USAGE);
        }
        boolean reset = query.parameters().containsKey("reset");
        @Nullable String level = query.lastParameter("level");
        if (level != null && level.isEmpty()) {
            level = null;
        }
        LogFilter filter = reset ? levels.startUp() : levels.current();
        try {
            LogFilter next = level == null ? filter : filter.with(exact(level));
            if (!next.toString().equals(levels.current().toString())) {
                levels.set(next);
            }
            return HttpReply.text(200, "current log level is " + next + "\n");
        } catch (IllegalArgumentException e) {
            return HttpReply.text(400, "Invalid level provided: " + level + "\n" + LOGGING_USAGE);
        }
    }

    /** A level by itself is a word in lower case here and nothing beside it, other than at the start; none at all is an error. */
    private static String exact(String directives) {
        StringJoiner exact = new StringJoiner(",");
        for (String directive : directives.split(",", -1)) {
            boolean scoped = directive.indexOf('=') >= 0;
            LogLevel level = scoped ? null : LogLevel.tryParse(directive);
            if (!scoped && (level == null || !directive.equals(level.toString()))) {
                throw new IllegalArgumentException("not a level: " + directive);
            }
            exact.add(directive.endsWith("=") ? directive + LogLevel.ERROR : directive);
        }
        return exact.toString();
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
