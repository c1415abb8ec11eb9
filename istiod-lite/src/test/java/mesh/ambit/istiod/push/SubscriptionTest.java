package mesh.ambit.istiod.push;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.istiod.push.Standing.Status;
import mesh.ambit.istiod.push.SubscriptionRequest.Rejection;
import mesh.ambit.model.MeshResource;
import mesh.ambit.policy.Policy;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.protocol.workload.Workload;
import org.junit.jupiter.api.Test;

/** The conversation itself and wildcard contents; {@link OnDemandTest} has the rest. */
class SubscriptionTest {
    private static final String P1 = "Kubernetes//Pod/pier/p-1";
    private static final Rejection BAD = new Rejection(3, "bad address");
    private static final String A = "pier/a.pier.svc.cluster.local";

    private Revision now = Meshes.revision(Meshes.pier(), Meshes.policy("one"), Meshes.policy("two"));
    private final Subscription addresses = Subscription.of(ResourceType.ADDRESS, "node-a");
    private final Subscription policies = Subscription.of(ResourceType.AUTHORIZATION, "node-a");

    @Test
    void firstRequestIsAnsweredEvenByAnEmptyMesh() {
        now = Revision.NOTHING;

        assertThat(answer(addresses, first())).isEqualTo(new Update(List.of(), List.of()));
        assertThat(answer(policies, first())).isEqualTo(new Update(List.of(), List.of()));
    }

    @Test
    void wildcardGetsEverythingWithVersionsAndWithoutAliases() {
        Update update = answer(addresses, first());

        assertThat(update.resources()).hasSize(9).allSatisfy(encoded -> {
            Resource resource = encoded.resource();
            assertThat(resource.getVersion()).isNotEmpty();
            assertThat(resource.getAliasesList()).isEmpty();
        });
        assertThat(names(update)).doesNotHaveDuplicates();
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

        assertThat(names(update)).containsExactlyInAnyOrder("pier/one", "pier/two");
        assertThat(update.resources())
                .allSatisfy(
                        encoded -> assertThat(encoded.resource().getVersion()).isEmpty());
        assertThat(update.removed()).containsExactly("pier/gone");
    }

    @Test
    void acknowledgementIsNotAnswered() {
        answer(addresses, first());
        addresses.sent("n1", 10);

        assertThat(react(addresses, ack("n1"))).isEqualTo(new Reaction.Acknowledged());
        assertThat(addresses.standing().status()).isEqualTo(Status.SYNCED);
    }

    @Test
    void rejectionIsRememberedAndNeverAnswered() {
        answer(addresses, first());
        addresses.sent("n1", 10);

        Reaction reaction = react(addresses, new SubscriptionRequest(Set.of("x"), Set.of(), Map.of(), "n1", BAD));

        assertThat(reaction).isEqualTo(new Reaction.Rejected(BAD));
        assertThat(addresses.standing().status()).isEqualTo(Status.ERROR);
    }

    @Test
    void answerToAnOlderResponseIsIgnored() {
        answer(addresses, first());
        addresses.sent("n1", 10);
        addresses.sent("n2", 20);

        assertThat(react(addresses, ack("n1"))).isEqualTo(new Reaction.Stale());
        assertThat(addresses.standing().status()).isEqualTo(Status.STALE);
    }

    @Test
    void pushTellsOnlyWhatChangedOrVanished() {
        answer(addresses, first());

        become(Meshes.without(
                Meshes.with(Meshes.pier(), Meshes.pod("p-1", "node-a", "10.90.0.11", "a")),
                "Kubernetes//Pod/pier/p-2"));
        Update update = requireNonNull(addresses.push(now, false));

        assertThat(names(update)).containsExactly(P1);
        assertThat(update.removed()).containsExactly("Kubernetes//Pod/pier/p-2");
        assertThat(addresses.push(now, false)).isNull();
    }

    @Test
    void changesOfASlowClientMergeIntoOnePush() {
        answer(addresses, first());

        become(Meshes.with(Meshes.pier(), Meshes.pod("p-9", "node-a", "10.90.0.9")));
        become(Meshes.with(Meshes.pier(), Meshes.pod("p-1", "node-a", "10.90.0.12", "a")));
        Update update = requireNonNull(addresses.push(now, false));

        assertThat(names(update)).containsExactly(P1);
        assertThat(update.removed()).containsExactly("Kubernetes//Pod/pier/p-9");
    }

    @Test
    void policyPushNamesChangedOnesAndThoseTheClientHolds() {
        answer(policies, first());

        become(Meshes.pier(), Meshes.policy("two"), Meshes.policy("three"));
        Update update = requireNonNull(policies.push(now, false));

        assertThat(names(update)).containsExactly("pier/three");
        assertThat(update.removed()).containsExactly("pier/one");
    }

    @Test
    void removalsOfPoliciesWaitUntilNothingRefersToThem() {
        answer(policies, first());
        become(Meshes.pier(), Meshes.policy("two"), Meshes.policy("three"));

        Update before = requireNonNull(policies.push(now, true));
        Update afterwards = requireNonNull(policies.push(now, false));

        assertThat(names(before)).containsExactly("pier/three");
        assertThat(before.removed()).isEmpty();
        assertThat(afterwards).isEqualTo(new Update(List.of(), List.of("pier/one")));
        assertThat(policies.isDue(now)).isFalse();
    }

    @Test
    void repeatedOrUnknownNamesOfPolicies() {
        answer(policies, first());

        assertThat(react(policies, subscribe("pier/one"))).isEqualTo(new Reaction.Acknowledged());
        assertThat(answer(policies, subscribe("pier/nope")).removed()).containsExactly("pier/nope");
        assertThat(names(answer(policies, new SubscriptionRequest(Set.of(), Set.of("pier/one"), Map.of(), "", null))))
                .containsExactlyInAnyOrder("pier/one", "pier/two");
        assertThat(names(answer(policies, subscribe("*")))).hasSize(2);
    }

    @Test
    void standingTellsSinceWhenAndWhy() {
        answer(addresses, first());
        addresses.sent("n1", 10);
        addresses.sent("n2", 20);
        assertThat(addresses.standing().unansweredMillis()).isEqualTo(10);

        react(addresses, new SubscriptionRequest(Set.of(), Set.of(), Map.of(), "n2", BAD));
        assertThat(addresses.standing().rejection()).isEqualTo(BAD);
        assertThat(addresses.standing().rejectedMillis()).isEqualTo(30);
        assertThat(addresses.standing().rejections()).isEqualTo(1);

        addresses.sent("n3", 40);
        react(addresses, ack("n3"));
        assertThat(addresses.standing().status()).isEqualTo(Status.SYNCED);
        assertThat(addresses.standing().rejections()).isEqualTo(1);
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
                .map(EncodedResource::resource)
                .filter(resource -> resource.getName().equals(P1))
                .findFirst()
                .orElseThrow();
        assertThat(p1.getVersion()).isEqualTo(version(P1));
        assertThat(Workload.parseFrom(p1.getResource().getValue()).getUid()).isEqualTo(P1);
    }

    @Test
    void legacyTypeHearsThatAServiceChangedAndNothingOfIt() {
        Subscription legacy = Subscription.of(ResourceType.WORKLOAD, "node-a");
        answer(legacy, first());

        become(Meshes.without(Meshes.pier(), "pier/cidr.example.net"));

        assertThat(legacy.push(now, false))
                .isNotNull()
                .satisfies(update -> assertThat(update.resources()).isEmpty());
        assertThat(legacy.push(now, false)).isNull();
    }

    @Test
    void equalRecordsKeepTheirEncodedBytesFromStateToState() {
        Revision next = Meshes.after(now, Meshes.pier());

        assertThat(next.state().addresses().find(P1))
                .isSameAs(now.state().addresses().find(P1));
        assertThat(now.step().changesUntil(next.step()).addresses()).isEmpty();
    }

    @Test
    void clientsInStepAreToldTheSameObject() {
        Subscription other = Subscription.of(ResourceType.ADDRESS, "node-b");
        assertThat(answer(addresses, first())).isSameAs(answer(other, first()));

        become(Meshes.without(Meshes.pier(), P1));

        assertThat(addresses.push(now, false)).isSameAs(other.push(now, false));
    }

    private void become(List<MeshResource> resources, Policy... policies) {
        now = Meshes.after(now, resources, policies);
    }

    private Reaction react(Subscription subscription, SubscriptionRequest request) {
        return subscription.request(request, now, 30);
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
        return requireNonNull(now.state().addresses().find(name)).version();
    }

    private static List<String> names(Update update) {
        return update.resources().stream().map(EncodedResource::name).toList();
    }
}
