package mesh.ambit.istiod.push;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.push.Subscription.Status;
import mesh.ambit.protocol.discovery.Resource;
import org.junit.jupiter.api.Test;

/** The conversation itself and wildcard contents; {@link OnDemandTest} has the rest. */
class SubscriptionTest {
    private static final String P1 = "Kubernetes//Pod/pier/p-1";
    private static final String A = "pier/a.pier.svc.cluster.local";

    private PushState state = Meshes.state(Meshes.pier(), Meshes.policy("one"), Meshes.policy("two"));
    private final Subscription addresses = Subscription.of(ResourceType.ADDRESS, "node-a");
    private final Subscription policies = Subscription.of(ResourceType.AUTHORIZATION, "node-a");

    @Test
    void firstRequestIsAnsweredEvenByAnEmptyMesh() {
        state = PushState.EMPTY;

        assertThat(answer(addresses, first())).isEqualTo(new Update(List.of(), List.of()));
        assertThat(answer(policies, first())).isEqualTo(new Update(List.of(), List.of()));
    }

    @Test
    void wildcardGetsEverythingInNameOrderWithVersionsAndWithoutAliases() {
        Update update = answer(addresses, first());

        assertThat(update.resources()).hasSize(9).allSatisfy(resource -> {
            assertThat(resource.getVersion()).isNotEmpty();
            assertThat(resource.getAliasesList()).isEmpty();
        });
        assertThat(names(update)).isSorted();
    }

    @Test
    void reconnectSkipsWhatIsHeldUnchangedAndRemovesWhatVanished() {
        String current = version(P1);

        Update update = answer(addresses, first(Map.of(P1, current, A, "other", "Kubernetes//Pod/pier/gone", "x")));

        assertThat(names(update)).hasSize(8).doesNotContain(P1).contains(A);
        assertThat(update.removed()).containsExactly("Kubernetes//Pod/pier/gone");
    }

    @Test
    void policiesAreNeverSkippedAndCarryNoVersion() {
        Update update = answer(policies, first(Map.of("pier/one", "", "pier/gone", "x")));

        assertThat(names(update)).containsExactly("pier/one", "pier/two");
        assertThat(update.resources())
                .allSatisfy(resource -> assertThat(resource.getVersion()).isEmpty());
        assertThat(update.removed()).containsExactly("pier/gone");
    }

    @Test
    void acknowledgementIsNotAnswered() {
        answer(addresses, first());
        addresses.sent("n1");

        assertThat(react(addresses, ack("n1"))).isEqualTo(new Reaction.Acknowledged());
        assertThat(addresses.status()).isEqualTo(Status.SYNCED);
    }

    @Test
    void rejectionIsRememberedAndNeverAnswered() {
        answer(addresses, first());
        addresses.sent("n1");

        Reaction reaction =
                react(addresses, new SubscriptionRequest(Set.of("x"), Set.of(), Map.of(), "n1", "bad address"));

        assertThat(reaction).isEqualTo(new Reaction.Rejected("bad address"));
        assertThat(addresses.status()).isEqualTo(Status.ERROR);
    }

    @Test
    void answerToAnOlderResponseIsIgnored() {
        answer(addresses, first());
        addresses.sent("n1");
        addresses.sent("n2");

        assertThat(react(addresses, ack("n1"))).isEqualTo(new Reaction.Stale());
        assertThat(addresses.status()).isEqualTo(Status.STALE);
    }

    @Test
    void pushTellsOnlyWhatChangedOrVanished() {
        answer(addresses, first());

        become(Meshes.state(Meshes.without(
                Meshes.with(Meshes.pier(), Meshes.pod("p-1", "node-a", "10.90.0.11", "a")),
                "Kubernetes//Pod/pier/p-2")));
        Update update = requireNonNull(addresses.push(state));

        assertThat(names(update)).containsExactly(P1);
        assertThat(update.removed()).containsExactly("Kubernetes//Pod/pier/p-2");
        assertThat(addresses.push(state)).isNull();
    }

    @Test
    void changesOfASlowClientMergeIntoOnePush() {
        answer(addresses, first());

        become(Meshes.state(Meshes.with(Meshes.pier(), Meshes.pod("p-9", "node-a", "10.90.0.9"))));
        become(Meshes.state(Meshes.with(Meshes.pier(), Meshes.pod("p-1", "node-a", "10.90.0.12", "a"))));
        Update update = requireNonNull(addresses.push(state));

        assertThat(names(update)).containsExactly(P1);
        assertThat(update.removed()).containsExactly("Kubernetes//Pod/pier/p-9");
    }

    @Test
    void policyPushNamesChangedOnesAndThoseTheClientHolds() {
        answer(policies, first());

        become(Meshes.state(Meshes.pier(), Meshes.policy("two"), Meshes.policy("three")));
        Update update = requireNonNull(policies.push(state));

        assertThat(names(update)).containsExactly("pier/three");
        assertThat(update.removed()).containsExactly("pier/one");
    }

    @Test
    void policyThatCameAndWentBetweenTwoPushesIsNotMentioned() {
        answer(policies, first());
        PushState before = state;

        become(Meshes.state(Meshes.pier(), Meshes.policy("one"), Meshes.policy("two"), Meshes.policy("brief")));
        become(before);

        assertThat(policies.push(state)).isNull();
    }

    @Test
    void askingForNamesOnAWildcardStreamGetsEverythingAgain() {
        answer(addresses, first());

        Update update = answer(addresses, subscribe(P1, "Kubernetes//Pod/pier/nope"));

        assertThat(names(update)).hasSize(9);
        assertThat(update.removed()).containsExactly("Kubernetes//Pod/pier/nope");
    }

    @Test
    void legacyTypeCarriesBareWorkloadsUnderTheVersionsOfTheAddresses() throws Exception {
        Subscription legacy = Subscription.of(ResourceType.WORKLOAD, "node-a");

        Update update = answer(legacy, first());

        assertThat(names(update)).hasSize(6).allSatisfy(name -> assertThat(name).startsWith("Kubernetes/"));
        Resource p1 = update.resources().stream()
                .filter(resource -> resource.getName().equals(P1))
                .findFirst()
                .orElseThrow();
        assertThat(p1.getVersion()).isEqualTo(version(P1));
        assertThat(mesh.ambit.protocol.workload.Workload.parseFrom(
                                p1.getResource().getValue())
                        .getUid())
                .isEqualTo(P1);
    }

    @Test
    void equalRecordsKeepTheirEncodedBytesFromStateToState() {
        PushState next = state.next("test/2", Meshes.pier(), List.of());

        assertThat(next.addresses().get(P1)).isSameAs(state.addresses().get(P1));
        assertThat(MeshChange.between(state, next).workloads()).isEmpty();
    }

    private void become(PushState next) {
        MeshChange change = MeshChange.between(state, next);
        addresses.note(change);
        policies.note(change);
        state = next;
    }

    private Reaction react(Subscription subscription, SubscriptionRequest request) {
        return subscription.request(request, state);
    }

    private Update answer(Subscription subscription, SubscriptionRequest request) {
        Reaction reaction = react(subscription, request);
        assertThat(reaction).isInstanceOf(Reaction.Answer.class);
        return ((Reaction.Answer) reaction).update();
    }

    private static SubscriptionRequest first() {
        return first(Map.of());
    }

    private static SubscriptionRequest first(Map<String, String> versions) {
        return new SubscriptionRequest(Set.of(), Set.of(), versions, "", null);
    }

    private static SubscriptionRequest subscribe(String... names) {
        return new SubscriptionRequest(Set.of(names), Set.of(), Map.of(), "", null);
    }

    private static SubscriptionRequest ack(String nonce) {
        return new SubscriptionRequest(Set.of(), Set.of(), Map.of(), nonce, null);
    }

    private String version(String name) {
        return requireNonNull(state.addresses().get(name)).version();
    }

    private static List<String> names(Update update) {
        return update.resources().stream().map(Resource::getName).toList();
    }
}
