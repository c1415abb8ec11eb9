package mesh.ambit.istiod.kube.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import mesh.ambit.istiod.kube.api.WatchStatus.State;
import mesh.ambit.testkit.Await;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists and watches over real sockets, against a server that breaks as servers do. */
@NullMarked
class ReflectorIT {
    private static final String PODS = "/api/v1/pods";
    private static final String POLICIES = "/apis/security.istio.io/v1/authorizationpolicies";
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final ApiResource POD_RESOURCE = ApiResource.of("", "v1", "pods");
    private static final ApiResource POLICY_RESOURCE =
            new ApiResource("security.istio.io", List.of("v1", "v1beta1"), "authorizationpolicies", "", "", "", false);

    private final Map<String, String> seen = new ConcurrentSkipListMap<>();
    private final List<WatchStatus> told = new CopyOnWriteArrayList<>();
    private final Sink<JsonNode> sink = new Sink<>() {
        @Override
        public void replaced(Map<String, JsonNode> objects) {
            seen.keySet().retainAll(objects.keySet());
            objects.forEach(this::changed);
        }

        @Override
        public void changed(String key, JsonNode object) {
            seen.put(key, object.path("spec").path("nodeName").asText(""));
        }

        @Override
        public void removed(String key) {
            seen.remove(key);
        }
    };
    private FakeApi api;
    private ApiServer server;
    private @Nullable Reflector<JsonNode> reflector;

    @BeforeEach
    void open() throws IOException {
        api = new FakeApi().serve(PODS, DEFINITIONS);
        server = ApiServers.at(api.url());
    }

    @AfterEach
    void close() {
        if (reflector != null) {
            reflector.close();
        }
        server.close();
        api.close();
    }

    @Test
    void listsInPagesAndFollows() {
        for (int i = 0; i < ListPages.PAGE + 10; i++) {
            api.put(PODS, pod("p%04d".formatted(i), "n1"));
        }

        follow(POD_RESOURCE);
        sees(ListPages.PAGE + 10);
        api.put(PODS, pod("p0000", "n2"));
        api.remove(PODS, "a/p0001");
        api.put(PODS, pod("late", "n3"));

        Await.until("the late one", () -> "n3".equals(seen.get("a/late")));
        assertThat(seen).containsEntry("a/p0000", "n2").doesNotContainKey("a/p0001");
        assertThat(api.count("limit=")).isEqualTo(2);
    }

    @Test
    void resumesWhereAWatchEnded() {
        api.put(PODS, pod("one", "n1"));
        follow(POD_RESOURCE);
        sees(1);
        api.put(PODS, pod("two", "n1"));
        sees(2);

        api.endWatches();
        api.put(PODS, pod("three", "n1"));
        api.remove(PODS, "a/one");

        Await.until("both changes", () -> seen.keySet().equals(Set.of("a/two", "a/three")));
        assertThat(api.count("limit=")).as("lists").isEqualTo(1);
        assertThat(told).extracting(WatchStatus::state).containsExactly(State.WATCHING);
    }

    @Test
    void readsEverythingAgainWhenItsVersionIsForgotten() {
        api.put(PODS, pod("one", "n1"));
        follow(POD_RESOURCE);
        sees(1);

        api.forget(() -> {
            api.remove(PODS, "a/one");
            api.put(PODS, pod("two", "n1"));
        });

        Await.until("the other one", () -> seen.keySet().equals(Set.of("a/two")));
        assertThat(api.count("limit=")).as("lists").isEqualTo(2);
    }

    @Test
    void waitsAsLongAsTheServerAsks() {
        api.refuse(1, ApiException.TOO_MANY_REQUESTS, "1");
        long before = System.nanoTime();

        Reflector<JsonNode> followed = follow(POD_RESOURCE);

        Await.until("two states", () -> told.size() >= 2);
        assertThat(told).extracting(WatchStatus::state).containsExactly(State.FAILING, State.WATCHING);
        assertThat(followed.status()).isEqualTo(told.getLast());
        assertThat(told.getFirst().reason()).contains("429 as told");
        assertThat(told.getFirst().isSettled()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void readsEverythingAgainWhenItsVersionIsRefusedAgainAndAgain() {
        api.put(PODS, pod("one", "n1"));
        follow(POD_RESOURCE);
        sees(1);

        api.refuse(5, 504, null);
        api.endWatches();
        api.put(PODS, pod("two", "n1"));

        sees(2);
        assertThat(api.count("limit=")).as("lists").isEqualTo(2);
    }

    @Test
    void readsEverythingAgainWhenNothingIsSaidForLong() {
        server.close();
        server = ApiServer.at(api.url(), Duration.ofMillis(600));
        api.put(PODS, pod("one", "n1"));

        follow(POD_RESOURCE);

        sees(1);
        Await.until("another list", () -> api.count("limit=") > 1);
        api.put(PODS, pod("two", "n1"));
        sees(2);
    }

    @Test
    void keepsTheLastStateWhileTheServerIsAway() throws IOException {
        api.put(PODS, pod("one", "n1"));
        Reflector<JsonNode> followed = follow(POD_RESOURCE);
        sees(1);

        api.stop();
        Await.until("state STALE", () -> followed.status().state() == State.STALE);
        assertThat(seen).containsOnlyKeys("a/one");
        assertThat(followed.status().reason()).isNotEmpty();
        assertThat(followed.status().isSettled()).isTrue();
        api.put(PODS, pod("two", "n1"));
        api.restart();

        sees(2);
        assertThat(api.count("limit=")).as("lists").isEqualTo(1);
        assertThat(followed.status().failures()).isPositive();
    }

    @Test
    void isFollowedAgainBeforeAnythingHappens() throws IOException {
        api.put(PODS, pod("one", "n1"));
        Reflector<JsonNode> followed = follow(POD_RESOURCE);
        sees(1);
        api.stop();
        Await.until("state STALE", () -> followed.status().state() == State.STALE);

        api.restart();

        Await.until("state WATCHING", () -> followed.status().state() == State.WATCHING);
    }

    @Test
    void serverThatDoesNotAnswerIsConnectedAnew() {
        server.close();
        server = ApiServer.at(api.url(), Duration.ofSeconds(2));
        api.silence(true);

        Reflector<JsonNode> followed = follow(POD_RESOURCE);
        Await.until("state FAILING", () -> followed.status().state() == State.FAILING);
        assertThat(followed.status().reason()).contains("no answer within 2 s");
        api.silence(false);

        Await.until("state WATCHING", () -> followed.status().state() == State.WATCHING);
    }

    @Test
    void absentCollectionIsEmptyUntilItIsInstalled() {
        Reflector<JsonNode> followed = follow(POLICY_RESOURCE);
        Await.until("state ABSENT", () -> followed.status().state() == State.ABSENT);
        assertThat(followed.status().isSettled()).isTrue();

        api.put(DEFINITIONS, definition());
        api.serve(POLICIES).put(POLICIES, pod("deny", ""));
        followed.wake();
        sees(1);
        api.remove(DEFINITIONS, "authorizationpolicies.security.istio.io");
        api.unserve(POLICIES);

        Await.until("state ABSENT", () -> followed.status().state() == State.ABSENT);
        assertThat(seen).isEmpty();
    }

    @Test
    void collectionThatIsDefinedButNotServedKeepsItsObjects() {
        api.put(DEFINITIONS, definition());
        api.serve(POLICIES).put(POLICIES, pod("deny", ""));
        Reflector<JsonNode> followed = follow(POLICY_RESOURCE);
        sees(1);

        api.unserve(POLICIES);

        Await.until("state STALE", () -> followed.status().state() == State.STALE);
        assertThat(seen).containsOnlyKeys("a/deny");
    }

    @Test
    void olderVersionIsReadWhereTheNewIsNotServed() {
        api.serve(POLICIES.replace("/v1/", "/v1beta1/")).put(POLICIES.replace("/v1/", "/v1beta1/"), pod("deny", ""));

        Reflector<JsonNode> followed = follow(POLICY_RESOURCE);

        sees(1);
        Await.until("version v1beta1", () -> followed.servedVersion().equals("v1beta1"));
    }

    private Reflector<JsonNode> follow(ApiResource resource) {
        Reflector<JsonNode> started =
                Reflector.start(server, resource, Codec.TREE, sink, told::add, InstantSource.system(), new Random(7));
        reflector = started;
        return started;
    }

    private void sees(int count) {
        Await.until(count + " objects", () -> seen.size() == count);
    }

    private static String pod(String name, String node) {
        return "{\"metadata\": {\"namespace\": \"a\", \"name\": \"" + name + "\"}, \"spec\": {\"nodeName\": \"" + node
                + "\"}}";
    }

    private static String definition() {
        return "{\"metadata\": {\"name\": \"authorizationpolicies.security.istio.io\"}}";
    }
}
