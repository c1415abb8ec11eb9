package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import mesh.ambit.istiod.proxyless.Generated;
import mesh.ambit.istiod.proxyless.ResourceKind;
import mesh.ambit.istiod.push.StateSubscription.Reaction;
import mesh.ambit.protocol.discovery.DiscoveryRequest;
import mesh.ambit.protocol.discovery.Status;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StateSubscriptionTest {
    private final Map<String, String> contents = new TreeMap<>(Map.of("a", "1", "b", "1"));
    private final StateSubscription clusters = new StateSubscription(ResourceKind.CLUSTER);
    private final StateSubscription endpoints = new StateSubscription(ResourceKind.ENDPOINT);
    private int nonces;
    private boolean ledElsewhere;

    private static DiscoveryRequest request(String nonce, String... names) {
        return DiscoveryRequest.newBuilder()
                .setResponseNonce(nonce)
                .addAllResourceNames(List.of(names))
                .build();
    }

    /** Returns what is sent, each with its content; null for nothing. */
    private @Nullable List<String> due(StateSubscription subscription, ResourceKind kind) {
        List<Generated> due = subscription.due(
                name -> contents.containsKey(name)
                        ? Generated.open(kind, name, ByteString.copyFromUtf8(contents.get(name)))
                        : null,
                _ -> new TreeSet<>(contents.keySet()),
                () -> ledElsewhere);
        if (due == null) {
            return null;
        }
        subscription.sent("n" + ++nonces, 1);
        return due.stream()
                .map(resource -> resource.name() + resource.content().toStringUtf8())
                .toList();
    }

    @Test
    void aFirstRequestIsAnsweredEvenWithNothing() {
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).isNull();

        assertThat(endpoints.request(request("", "none"), 1)).isEqualTo(Reaction.OWED);

        assertThat(due(endpoints, ResourceKind.ENDPOINT)).isEmpty();
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).isNull();
    }

    @Test
    void clustersComeAllAtOnceAndEndpointsAsTheyChange() {
        clusters.request(request("", "a", "b"), 1);
        endpoints.request(request("", "a", "b"), 1);
        assertThat(due(clusters, ResourceKind.CLUSTER)).containsExactly("a1", "b1");
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).containsExactly("a1", "b1");

        contents.put("b", "2");

        assertThat(due(clusters, ResourceKind.CLUSTER)).containsExactly("a1", "b2");
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).containsExactly("b2");
    }

    @Test
    void whatIsGoneIsMissingAmongTheOthers() {
        clusters.request(request("", "a", "b"), 1);
        due(clusters, ResourceKind.CLUSTER);

        contents.remove("a");

        assertThat(due(clusters, ResourceKind.CLUSTER)).containsExactly("b1");
        assertThat(due(clusters, ResourceKind.CLUSTER)).isNull();
    }

    @Test
    void whoIsLedElsewhereKeepsWhatIsGoneUntilItHasHadTheTime() {
        clusters.request(request("", "a", "b"), 1);
        due(clusters, ResourceKind.CLUSTER);

        contents.remove("a");
        ledElsewhere = true;
        assertThat(due(clusters, ResourceKind.CLUSTER)).isNull();
        assertThat(clusters.isHolding()).isTrue();
        contents.put("b", "2");
        assertThat(due(clusters, ResourceKind.CLUSTER)).containsExactly("a1", "b2");

        ledElsewhere = false;
        assertThat(due(clusters, ResourceKind.CLUSTER)).containsExactly("b2");
        assertThat(clusters.isHolding()).isFalse();
    }

    @Test
    void whoIsLedElsewhereAndGivesUpWhatIsGoneIsNotToldOfIt() {
        clusters.request(request("", "a", "b"), 1);
        due(clusters, ResourceKind.CLUSTER);
        contents.remove("a");
        ledElsewhere = true;
        due(clusters, ResourceKind.CLUSTER);

        clusters.request(request("n1", "b"), 2);

        assertThat(due(clusters, ResourceKind.CLUSTER)).isNull();
        assertThat(clusters.isHolding()).isFalse();
    }

    @Test
    void whoIsLedElsewhereHasWhatElseChangesAtOnce() {
        endpoints.request(request("", "a"), 1);
        due(endpoints, ResourceKind.ENDPOINT);

        contents.put("a", "2");
        ledElsewhere = true;

        assertThat(due(endpoints, ResourceKind.ENDPOINT)).containsExactly("a2");
    }

    @Test
    void aNameMoreIsAnsweredAndANameLessIsNot() {
        endpoints.request(request("", "a"), 1);
        due(endpoints, ResourceKind.ENDPOINT);

        assertThat(endpoints.request(request("n1", "a", "b"), 2)).isEqualTo(Reaction.OWED);
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).containsExactly("b1");
        assertThat(endpoints.request(request("n2", "b"), 3)).isEqualTo(Reaction.ACKNOWLEDGED);
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).isNull();
        assertThat(endpoints.request(request("n2", "a", "b"), 4)).isEqualTo(Reaction.OWED);
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).containsExactly("a1");
    }

    @Test
    void anOldNonceIsNoAnswerToTheLastResponse() {
        endpoints.request(request("", "a"), 1);
        due(endpoints, ResourceKind.ENDPOINT);
        contents.put("a", "2");
        due(endpoints, ResourceKind.ENDPOINT);

        assertThat(endpoints.request(request("n1", "a"), 2)).isEqualTo(Reaction.STALE);

        assertThat(endpoints.standing().status()).isEqualTo(Standing.Status.STALE);
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).isNull();
    }

    @Test
    void whoGivesANameUpWithAnOldNonceAndWantsItAgainIsSentItAgain() {
        endpoints.request(request("", "a"), 1);
        due(endpoints, ResourceKind.ENDPOINT);
        contents.put("a", "2");
        due(endpoints, ResourceKind.ENDPOINT);

        endpoints.request(request("n1"), 2);
        endpoints.request(request("n2", "a"), 3);

        assertThat(due(endpoints, ResourceKind.ENDPOINT)).containsExactly("a2");
    }

    @Test
    void aRefusalIsKeptAndTheSameNotSentAgain() {
        endpoints.request(request("", "a"), 1);
        due(endpoints, ResourceKind.ENDPOINT);

        DiscoveryRequest refusal = request("n1", "a").toBuilder()
                .setErrorDetail(Status.newBuilder().setCode(3).setMessage("no"))
                .build();

        assertThat(endpoints.request(refusal, 2)).isEqualTo(Reaction.REJECTED);
        assertThat(endpoints.standing().status()).isEqualTo(Standing.Status.ERROR);
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).isNull();
        contents.put("a", "2");
        assertThat(due(endpoints, ResourceKind.ENDPOINT)).containsExactly("a2");
        endpoints.request(request("n2", "a"), 3);
        assertThat(endpoints.standing().status()).isEqualTo(Standing.Status.SYNCED);
    }

    @Test
    void whoNamesNothingAtFirstWantsEverythingAndLaterNothing() {
        clusters.request(request(""), 1);
        assertThat(due(clusters, ResourceKind.CLUSTER)).containsExactly("a1", "b1");
        contents.put("c", "1");
        assertThat(due(clusters, ResourceKind.CLUSTER)).containsExactly("a1", "b1", "c1");

        clusters.request(request("n2", "a"), 2);
        assertThat(due(clusters, ResourceKind.CLUSTER)).containsExactly("a1");
        clusters.request(request("n3"), 3);

        contents.put("a", "2");
        assertThat(due(clusters, ResourceKind.CLUSTER)).isNull();
    }

    /** Returns a cluster whose content begins with its guard. */
    private Generated guarded(String name) {
        ByteString content = ByteString.copyFromUtf8(contents.get(name));
        return new Generated(
                ResourceKind.CLUSTER,
                name,
                content,
                List.of(),
                Generated.open(ResourceKind.CLUSTER, name, ByteString.copyFromUtf8("closed")),
                content.substring(0, 1),
                false);
    }

    private @Nullable List<String> dueGuarded() {
        List<Generated> due = clusters.due(this::guarded, _ -> new TreeSet<>(contents.keySet()), () -> false);
        if (due == null) {
            return null;
        }
        clusters.sent("n" + ++nonces, 1);
        return due.stream()
                .map(resource -> resource.name() + resource.content().toStringUtf8())
                .toList();
    }

    private static DiscoveryRequest refusal(String nonce, String why) {
        return request(nonce, "a", "b").toBuilder()
                .setErrorDetail(Status.newBuilder().setCode(3).setMessage(why))
                .build();
    }

    @Test
    void whatMustNotBePassedOverIsClosedToWhoRefusesIt() {
        clusters.request(request("", "a", "b"), 1);
        assertThat(dueGuarded()).containsExactly("a1", "b1");

        assertThat(clusters.request(refusal("n1", "resource b: no such provider"), 2))
                .isEqualTo(Reaction.REJECTED);

        assertThat(dueGuarded()).containsExactly("a1", "bclosed");
        assertThat(clusters.refused()).containsExactly("b");
        clusters.request(request("n2", "a", "b"), 3);
        contents.put("a", "2");
        assertThat(dueGuarded()).containsExactly("a2", "bclosed");
    }

    @Test
    void whatIsSaidAnewIsTriedAnew() {
        clusters.request(request("", "a", "b"), 1);
        dueGuarded();
        clusters.request(refusal("n1", "b"), 2);
        dueGuarded();

        contents.put("b", "2");
        assertThat(dueGuarded()).containsExactly("a1", "b2");
        clusters.request(refusal("n3", "b"), 3);

        assertThat(dueGuarded()).containsExactly("a1", "bclosed");
    }

    @Test
    void whoRefusesWithoutANameIsToldOfNothingThatItMightPassOver() {
        clusters.request(request("", "a", "b"), 1);
        dueGuarded();

        clusters.request(refusal("n1", "?"), 2);

        assertThat(dueGuarded()).containsExactly("aclosed", "bclosed");
    }

    @Test
    void whoTookTheSameGuardBeforeGoesOnWithWhatItHas() {
        contents.put("a", "1x");
        clusters.request(request("", "a", "b"), 1);
        dueGuarded();
        clusters.request(request("n1", "a", "b"), 2);

        contents.put("a", "1y");
        assertThat(dueGuarded()).containsExactly("a1y", "b1");
        clusters.request(refusal("n2", "a: no such balancer"), 3);
        assertThat(dueGuarded()).isNull();

        contents.put("a", "2y");
        assertThat(dueGuarded()).containsExactly("a2y", "b1");
        clusters.request(refusal("n3", "a: no such provider"), 4);
        assertThat(dueGuarded()).containsExactly("aclosed", "b1");
    }

    @Test
    void whoRefusesEvenThatIsNotToldAgain() {
        clusters.request(request("", "a", "b"), 1);
        dueGuarded();
        clusters.request(refusal("n1", "a"), 2);
        assertThat(dueGuarded()).containsExactly("aclosed", "b1");

        clusters.request(refusal("n2", "a"), 3);

        assertThat(dueGuarded()).isNull();
    }

    @Test
    void whatANewRequestNoLongerNamesIsNotClosedWhenItComesBack() {
        clusters.request(request("", "a", "b"), 1);
        dueGuarded();
        clusters.request(refusal("n1", "a"), 2);
        dueGuarded();

        clusters.request(request("n2", "b"), 3);
        clusters.request(request("n2", "a", "b"), 4);

        assertThat(dueGuarded()).containsExactly("a1", "b1");
    }
}
