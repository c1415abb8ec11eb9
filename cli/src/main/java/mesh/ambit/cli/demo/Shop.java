package mesh.ambit.cli.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.cli.up.EmbeddedMesh;
import mesh.ambit.cli.up.Jvm;
import org.jspecify.annotations.Nullable;

/** The running services of the shop, and an outsider who is none of them. */
final class Shop implements AutoCloseable {
    static final String ORDERS = "http://orders.shop-orders:" + ShopService.PORT + "/";
    static final String PAYMENTS = "http://payments.shop-payments:" + ShopService.PORT + "/";

    /** Each service is a small program, and there are four beside the mesh's own. */
    private static final List<String> SMALL = List.of("-Xms4m", "-Xmx32m", "-XX:TieredStopAtLevel=1");

    private final Map<String, Shopkeeper> services = new LinkedHashMap<>();

    /** Starts the services in the pods of {@code mesh}, and waits until they listen. */
    static Shop open(EmbeddedMesh mesh) throws IOException {
        Shop shop = new Shop();
        try {
            shop.start(mesh, "shop-payments", "payments", null);
            shop.start(mesh, "shop-orders", "orders", PAYMENTS);
            shop.start(mesh, "shop-web", "web", ORDERS);
            shop.start(mesh, "elsewhere", "outsider", null);
            shop.services.values().forEach(Shopkeeper::awaitReady);
            return shop;
        } catch (IOException | RuntimeException e) {
            shop.close();
            throw e;
        }
    }

    private void start(EmbeddedMesh mesh, String namespace, String pod, @Nullable String next) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(pod));
        if (next != null) {
            arguments.add(next);
        }
        Process process = mesh.startInPod(
                namespace,
                pod,
                Jvm.own().command(SMALL, ShopService.class.getName(), arguments),
                builder -> builder.redirectErrorStream(true));
        services.put(
                pod,
                new Shopkeeper(
                        pod,
                        process,
                        words -> process.onExit()
                                .thenAccept(
                                        ended -> mesh.reportAccident("the service " + pod, ended.exitValue(), words))));
    }

    Shopkeeper web() {
        return service("web");
    }

    Shopkeeper orders() {
        return service("orders");
    }

    Shopkeeper outsider() {
        return service("outsider");
    }

    /** Returns the process ids of all services; a restart would change one. */
    List<Long> pids() {
        return services.values().stream()
                .filter(Shopkeeper::isAlive)
                .map(Shopkeeper::pid)
                .toList();
    }

    private Shopkeeper service(String name) {
        Shopkeeper service = services.get(name);
        if (service == null) {
            throw new IllegalStateException("no service " + name);
        }
        return service;
    }

    @Override
    public void close() {
        services.values().forEach(Shopkeeper::close);
    }
}
