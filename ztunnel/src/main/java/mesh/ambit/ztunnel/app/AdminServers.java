package mesh.ambit.ztunnel.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import mesh.ambit.admin.AdminRoutes;
import mesh.ambit.admin.HttpRoute;
import mesh.ambit.admin.HttpServer;
import mesh.ambit.admin.Readiness;
import mesh.ambit.telemetry.LogLevels;
import mesh.ambit.telemetry.Metrics;

/** The process's own ports: administration for this machine alone, metrics and readiness for everybody. */
final class AdminServers {
    /** Where they listen; 0 takes any free port. */
    record Ports(int admin, int metrics, int readiness) {
        /** Upstream's. */
        static final Ports STANDARD = new Ports(15000, 15020, 15021);
    }

    private final Ports ports;
    private final boolean ipv6;
    private final Map<String, HttpRoute> admin;
    private final Map<String, HttpRoute> stats;
    private final Map<String, HttpRoute> ready;
    private final List<HttpServer> servers = new ArrayList<>();

    AdminServers(
            Ports ports,
            boolean ipv6,
            Supplier<String> dump,
            Supplier<String> connections,
            LogLevels levels,
            Runnable shutdown,
            Readiness readiness,
            Metrics metrics) {
        this.ports = ports;
        this.ipv6 = ipv6;
        this.admin = AdminRoutes.nodeProxy(dump, connections, levels, shutdown);
        this.stats = AdminRoutes.metrics(metrics);
        this.ready = readiness.routes();
    }

    /** Begins to listen; closes what is open if a port is taken. */
    void start() throws IOException {
        try {
            List<InetSocketAddress> loopback = new ArrayList<>();
            loopback.add(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), ports.admin()));
            if (ipv6 && Loopback.hasIpv6()) {
                loopback.add(new InetSocketAddress(InetAddress.ofLiteral("::1"), ports.admin()));
            }
            InetAddress any = InetAddress.ofLiteral(ipv6 ? "::" : "0.0.0.0");
            open("admin", loopback, admin);
            open("metrics", List.of(new InetSocketAddress(any, ports.metrics())), stats);
            open("readiness", List.of(new InetSocketAddress(any, ports.readiness())), ready);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Stops listening at once. */
    void close() {
        servers.forEach(HttpServer::close);
        servers.clear();
    }

    private void open(String name, List<InetSocketAddress> on, Map<String, HttpRoute> routes) throws IOException {
        try {
            servers.add(HttpServer.start(name, on, routes).toCompletableFuture().join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
        }
    }
}
