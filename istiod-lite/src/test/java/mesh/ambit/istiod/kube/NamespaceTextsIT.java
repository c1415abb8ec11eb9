package mesh.ambit.istiod.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import mesh.ambit.istiod.kube.api.ApiServer;
import mesh.ambit.istiod.kube.api.ApiServers;
import mesh.ambit.istiod.kube.api.FakeApi;
import mesh.ambit.testkit.Await;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NamespaceTextsIT {
    private static final String NAMESPACES = "/api/v1/namespaces";
    private static final String CONFIG_MAPS = "/api/v1/configmaps";
    private static final String NAME = "istio-ca-root-cert";

    private final AtomicReference<@Nullable String> bundle = new AtomicReference<>("root one");
    private FakeApi api;
    private ApiServer server;
    private @Nullable NamespaceTexts texts;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(NAMESPACES, CONFIG_MAPS);
        server = ApiServers.at(api.url());
        for (String name : new String[] {"default", "kube-system", "kube-public", "kube-node-lease"}) {
            api.put(NAMESPACES, namespace(name, ""));
        }
    }

    @AfterEach
    void close() {
        if (texts != null) {
            texts.close();
        }
        server.close();
        api.close();
    }

    @Test
    void everyNamespaceWithPodsHasIt() {
        start();

        holds("default", "root one");
        holds("kube-system", "root one");
        api.put(NAMESPACES, namespace("late", ""));
        holds("late", "root one");
        assertThat(api.find(CONFIG_MAPS, "kube-public/" + NAME)).isNull();
        assertThat(api.find(CONFIG_MAPS, "kube-node-lease/" + NAME)).isNull();
        assertThat(api.text(CONFIG_MAPS, "default/" + NAME, "metadata", "labels", "istio.io/config"))
                .isEqualTo("true");
    }

    @Test
    void whatSomebodyEditedOrDeletedIsPutRight() {
        start();
        holds("default", "root one");

        api.put(CONFIG_MAPS, configMap("default", "evil root"));
        holds("default", "root one");
        api.remove(CONFIG_MAPS, "default/" + NAME);
        holds("default", "root one");
    }

    @Test
    void nothingIsWrittenThatIsThereAlready() {
        api.put(CONFIG_MAPS, configMap("default", "root one"));
        api.put(CONFIG_MAPS, configMap("kube-system", "root one"));

        start();
        api.put(NAMESPACES, namespace("late", ""));

        holds("late", "root one");
        assertThat(api.count("PATCH")).isEqualTo(1);
    }

    @Test
    void newTextReachesAll() {
        NamespaceTexts started = start();
        holds("default", "root one");

        bundle.set("root one root two");
        started.refresh();

        holds("default", "root one root two");
        holds("kube-system", "root one root two");
        bundle.set(null);
        started.refresh();
        Await.until("gone", () -> api.find(CONFIG_MAPS, "default/" + NAME) == null);
    }

    @Test
    void namespaceThatIsLookedAtNoMoreLosesIt() {
        start();
        holds("default", "root one");

        api.put(NAMESPACES, namespace("default", "\"mesh\": \"no\""));

        Await.until("gone", () -> api.find(CONFIG_MAPS, "default/" + NAME) == null);
        api.put(NAMESPACES, namespace("default", ""));
        holds("default", "root one");
    }

    @Test
    void refusedWritesAreTriedAgain() {
        start();
        holds("default", "root one");
        holds("kube-system", "root one");

        api.refuse(1, 500, null);
        api.put(NAMESPACES, namespace("late", ""));

        holds("late", "root one");
    }

    @Test
    void twoThatWriteAtTheSameMomentAgreeAndStop() {
        api.together(2);
        try (NamespaceTexts _ = start(bundle::get)) {
            start();
            holds("default", "root one");
            holds("kube-system", "root one");
            Await.until("both have written", () -> api.count("PATCH") >= 2);

            api.put(NAMESPACES, namespace("late", ""));
            holds("late", "root one");
            assertThat(api.count("PATCH")).as("each once").isLessThanOrEqualTo(6);
        }
    }

    @Test
    void twoThatDisagreeDoNotKeepTheServerBusy() {
        long begin = System.nanoTime();
        try (NamespaceTexts _ = start(() -> "root before")) {
            start();
            Await.until("contested", () -> api.count("PATCH") >= 16);
        }

        // Each writes to two namespaces: a new text, what the other made of it, and then once a second at most.
        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        assertThat(api.count("PATCH")).isLessThanOrEqualTo(4 * (3 + seconds));
    }

    @Test
    void whatTheOneThatIsAheadWritesStaysWhenTheOtherEnds() {
        try (NamespaceTexts _ = start(() -> "root before")) {
            holds("default", "root before");
            start();
            Await.until("contested", () -> api.count("PATCH") > 2);
        }
        holds("default", "root one");
        holds("kube-system", "root one");
    }

    private NamespaceTexts start() {
        NamespaceTexts started = start(bundle::get);
        texts = started;
        return started;
    }

    private NamespaceTexts start(Supplier<@Nullable String> text) {
        return NamespaceTexts.start(
                server,
                NAME,
                "root-cert.pem",
                text,
                labels -> !"no".equals(labels.get("mesh")),
                InstantSource.system(),
                new Random(7));
    }

    private void holds(String namespace, String text) {
        Await.until(
                namespace + " holds " + text,
                () -> api.text(CONFIG_MAPS, namespace + "/" + NAME, "data", "root-cert.pem")
                        .equals(text));
    }

    private static String namespace(String name, String labels) {
        return "{\"metadata\": {\"name\": \"" + name + "\", \"labels\": {" + labels + "}}}";
    }

    private static String configMap(String namespace, String text) {
        return "{\"metadata\": {\"namespace\": \"" + namespace + "\", \"name\": \"" + NAME
                + "\", \"labels\": {\"istio.io/config\": \"true\"}}, \"data\": {\"root-cert.pem\": \"" + text + "\"}}";
    }
}
