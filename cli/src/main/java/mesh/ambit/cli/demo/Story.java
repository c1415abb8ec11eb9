package mesh.ambit.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import mesh.ambit.cli.up.EmbeddedMesh;
import mesh.ambit.cli.up.ObservedPod;
import mesh.ambit.linux.NetNs;

/** The seven steps. Each does something to the mesh, looks, and returns what it saw, or throws what it missed. */
final class Story {
    /** What nobody on the wire should be able to read. */
    static final String SECRET = "card=4929-1234-5678-9012";

    static final String STRICT_POLICY = "istio-system/default";
    static final String PAYMENTS_POLICY = "shop-payments/only-orders";

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration RENEWAL = Duration.ofMinutes(2);
    /** Certificates of the story live for 30 s and are renewed after half of that: one with less left is late. */
    private static final Duration OVERDUE = Duration.ofSeconds(10);

    private static final Duration WITHIN = Duration.ofSeconds(1);
    private static final int TRIES = 5;
    private static final int CALLS = 20;
    private static final String ORDER = Shop.ORDERS + "?" + SECRET;

    private final EmbeddedMesh mesh;
    private final ShopFolder folder;
    private final Shop shop;
    private final WireTap wire;
    private final MeshEyes eyes;
    private final Consumer<String> commands;

    /** {@code commands} is told what a person would type for the same. */
    Story(EmbeddedMesh mesh, ShopFolder folder, Shop shop, WireTap wire, Consumer<String> commands) {
        this.mesh = mesh;
        this.folder = folder;
        this.shop = shop;
        this.wire = wire;
        this.eyes = new MeshEyes(mesh);
        this.commands = commands;
    }

    String withoutMesh() {
        commands.accept("ambit exec shop-web/web -- curl '" + ORDER + "'");
        commands.accept("nsenter --net=/run/netns/ambit-fabric tcpdump -A port " + ShopService.PORT);
        wire.take();
        callAll(ORDER, "orders > payments");
        WireTap.Seen seen = wire.take();
        require(seen.secrets() > 0, "the card number was not on the wire");
        require(seen.tls() == 0, seen.tls() + " TLS records without a mesh");
        return CALLS + " orders, the card number readable in " + seen.secrets() + " of " + seen.plaintext()
                + " frames with data";
    }

    String enrolled() {
        List<Long> before = shop.pids();
        commands.accept("kubectl label namespace shop-web shop-orders shop-payments istio.io/dataplane-mode=ambient"
                + "   (here: the label in " + folder.root() + "/*.yaml)");
        CompletableFuture<HttpCall.Answer> inFlight = shop.web().callLater(Shop.ORDERS + "slow");
        folder.enrol();
        Duration enrolment = Eventually.holds("all three pods are redirected", SOON, this::allRedirected);
        require(!inFlight.isDone(), "the request in flight ended too early to prove anything: " + inFlight);
        Eventually.holds("calls cross the wire as TLS only", SOON, () -> {
            wire.take();
            boolean ok = shop.web().call(ORDER).isOk();
            WireTap.Seen seen = wire.take();
            return ok && seen.tls() > 0 && seen.secrets() == 0;
        });
        shop.orders().finishSlowAnswers();
        HttpCall.Answer survived = inFlight.join();
        require(
                survived.isOk() && survived.text().endsWith(ShopService.LAST_PIECE),
                "the request in flight was hurt: " + survived.text());
        wire.take();
        callAll(ORDER, "orders > payments");
        WireTap.Seen seen = wire.take();
        require(seen.plaintext() == 0 && seen.tls() > 0, "new connections cross the wire as " + seen);
        require(shop.pids().equals(before), "a service was restarted");
        Eventually.holds(
                "an access log names web and orders",
                SOON,
                () -> eyes.isLogged(
                        "src.identity=\"spiffe://cluster.local/ns/shop-web/sa/web\"",
                        "dst.identity=\"spiffe://cluster.local/ns/shop-orders/sa/orders\""));
        return "enrolled in " + enrolment.toMillis() + " ms, nothing restarted, a request in flight survived; " + CALLS
                + " new orders: " + seen.tls()
                + " frames of TLS, 0 readable; the access log names …/sa/web and …/sa/orders";
    }

    private boolean allRedirected() {
        return ObservedPod.isRedirected(mesh.state(), "node-a", "shop-web", "web")
                && ObservedPod.isRedirected(mesh.state(), "node-b", "shop-orders", "orders")
                && ObservedPod.isRedirected(mesh.state(), "node-a", "shop-payments", "payments");
    }

    String strict() {
        require(shop.outsider().call(Shop.ORDERS).isOk(), "the outsider was refused before there was a policy");
        commands.accept("kubectl apply -f strict.yaml   (here: " + folder.file("strict") + ")");
        folder.apply("strict");
        Duration took = Eventually.holds(
                "the outsider is refused",
                SOON,
                () -> !shop.outsider().call(Shop.ORDERS).isOk());
        HttpCall.Answer refused = shop.outsider().call(Shop.ORDERS);
        require(!refused.isOk(), "the outsider came through again");
        callAll(ORDER, "orders > payments");
        return "the outsider's plaintext was answered before, and is refused " + took.toMillis()
                + " ms after PeerAuthentication " + STRICT_POLICY + " (" + refused.text() + "); " + CALLS
                + " orders of the mesh pass";
    }

    String authorized() {
        require(shop.web().call(Shop.PAYMENTS).isOk(), "web could not reach payments before there was a policy");
        commands.accept("kubectl apply -f only-orders.yaml   (here: " + folder.file("only-orders") + ")");
        folder.apply("only-orders");
        Duration took = Eventually.holds(
                "web is refused at payments",
                SOON,
                () -> !shop.web().call(Shop.PAYMENTS).isOk());
        HttpCall.Answer refused = shop.web().call(Shop.PAYMENTS);
        require(!refused.isOk(), "web came through again");
        callAll(ORDER, "orders > payments");
        return "AuthorizationPolicy " + PAYMENTS_POLICY + " lets only orders in: web itself is refused after "
                + took.toMillis() + " ms (" + refused.text() + "), " + CALLS + " orders pass";
    }

    String withoutController() throws IOException, InterruptedException {
        commands.accept(
                "kill -9 $(ambit status -o json | jq '.programs[] | select(.program==\"istiod-lite\") | .pid')");
        mesh.killController();
        Shopkeeper.Figures meanwhile;
        try {
            meanwhile = underLoad(() -> awaitOrders(100, "orders without a controller"));
        } finally {
            mesh.startController();
        }
        // A first change shows when the ztunnels are back; those after it are measured.
        Duration reconnected = close("the ztunnels come back", SOON);
        open();
        Duration inForce = closeQuickly();
        require(inForce.compareTo(WITHIN) <= 0, "the policy took " + inForce.toMillis() + " ms");
        return meanwhile.requests() + " orders passed without a controller, 0 failed; it is back, ztunnels "
                + reconnected.toMillis() + " ms later; a new policy is in force after " + inForce.toMillis() + " ms";
    }

    private Duration close(String expected, Duration limit) {
        folder.apply("closed");
        return Eventually.holds(expected, limit, () -> !shop.web().call(ORDER).isOk());
    }

    /** Closes and opens until it was quick, a few times at most: a machine that stands still for a second does it once. */
    private Duration closeQuickly() {
        Duration fastest = SOON;
        for (int i = 0; i < TRIES && fastest.compareTo(WITHIN) > 0; i++) {
            Duration inForce = close("a new policy is in force", SOON);
            fastest = inForce.compareTo(fastest) < 0 ? inForce : fastest;
            open();
        }
        return fastest;
    }

    private void open() {
        folder.remove("closed");
        Eventually.holds(
                "the policy is gone again", SOON, () -> shop.web().call(ORDER).isOk());
    }

    String rotated() throws IOException, InterruptedException {
        commands.accept("nsenter --net=/run/netns/" + mesh.ztunnelNamespace("node-a")
                + " curl -s localhost:15000/config_dump | jq .certificates");
        // What fell due while nobody signed is tried again at growing intervals: that is another story than this one.
        Eventually.holds("no certificate is about to end", RENEWAL, () -> eyes.areGoodFor(OVERDUE, Instant.now()));
        Map<String, String> before = eyes.serials();
        require(!before.isEmpty(), "the ztunnels hold no certificate");
        Shopkeeper.Figures figures = underLoad(() -> {
            Eventually.holds("every certificate is a new one", RENEWAL, () -> {
                Map<String, String> now = eyes.serials();
                return before.entrySet().stream()
                        .noneMatch(each -> each.getValue().equals(now.get(each.getKey())));
            });
            awaitOrders(50, "orders with the new certificates");
        });
        return "all " + before.size() + " certificates were replaced under " + figures.requests() + " orders, 0 failed";
    }

    String handedOver() throws IOException, InterruptedException {
        commands.accept("ambit restart-ztunnel node-b");
        String before = String.valueOf(mesh.ztunnelNamespace("node-b"));
        Shopkeeper.Figures figures = underLoad(() -> {
            mesh.restartZtunnel("node-b", step -> {});
            awaitOrders(50, "orders through the successor");
        });
        require(!Files.exists(NetNs.NAMED.resolve(before)), before + " is still there");
        return "node-b has a new ztunnel (" + before + " → " + mesh.ztunnelNamespace("node-b") + "), handed over under "
                + figures.requests() + " orders on new connections, 0 failed";
    }

    /** Something to do while orders stream in. */
    private interface Deed {
        void run() throws IOException, InterruptedException;
    }

    /** Returns the figures of the load around {@code deed}; none of it may have failed. */
    private Shopkeeper.Figures underLoad(Deed deed) throws IOException, InterruptedException {
        shop.web().startLoad(ORDER);
        Shopkeeper.Figures figures;
        try {
            deed.run();
        } finally {
            figures = shop.web().stopLoad();
        }
        require(
                figures.failures() == 0,
                figures.failures() + " of " + figures.requests() + " orders failed: " + figures.firstFailure());
        return figures;
    }

    private void awaitOrders(int count, String expected) {
        long before = shop.web().loadSoFar().requests();
        Eventually.holds(
                count + " " + expected, SOON, () -> shop.web().loadSoFar().requests() >= before + count);
    }

    private void callAll(String url, String expected) {
        for (int i = 0; i < CALLS; i++) {
            HttpCall.Answer answer = shop.web().call(url);
            require(
                    answer.isOk() && answer.text().equals(expected),
                    "call " + (i + 1) + " was answered " + answer.status() + " " + answer.text());
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new StepFailedException(otherwise);
        }
    }
}
