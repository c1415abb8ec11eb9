package mesh.ambit.istiod.push;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import mesh.ambit.model.MeshResource;
import org.junit.jupiter.api.Test;

class OnDemandTest {
    private static final String P1 = "Kubernetes//Pod/pier/p-1";
    private static final String P2 = "Kubernetes//Pod/pier/p-2";
    private static final String P3 = "Kubernetes//Pod/pier/p-3";
    private static final String A = "pier/a.pier.svc.cluster.local";

    private Revision now = Meshes.revision(Meshes.pier());
    private Subscription client = Subscription.of(ResourceType.ADDRESS, "elsewhere");

    @Test
    void starBothWaysAsksForNothingAndIsAnswered() {
        assertThat(begin(Set.of("*"), Set.of("*"))).isEqualTo(new Update(List.of(), List.of()));
    }

    @Test
    void podsOfTheClientsNodeComeUnasked() {
        client = Subscription.of(ResourceType.ADDRESS, "node-a");

        assertThat(names(begin(Set.of("*"), Set.of("*")))).containsExactly(P1);
    }

    @Test
    void uidAddressHostnameAndVipAreFoundWithAliases() {
        nothing();

        assertThat(ask(P1).resources().getFirst().resource().getAliasesList()).containsExactly("/10.90.0.1");
        assertThat(names(ask("/10.90.0.3"))).containsExactly(P3);
        assertThat(names(ask("/fd00:90::4"))).containsExactly("Kubernetes//Pod/pier/dual");
        assertThat(names(ask(A))).containsExactly(P1, P2, A);
        assertThat(names(ask("/10.150.0.2"))).containsExactly(P3, "pier/b.pier.svc.cluster.local");
    }

    @Test
    void rangeIsFoundByItsBaseOnly() {
        nothing();

        Update found = ask("/203.0.113.0");

        assertThat(names(found)).containsExactly("pier/cidr.example.net");
        assertThat(found.resources().getFirst().resource().getAliasesList())
                .containsExactly("/203.0.112.9", "/203.0.113.0/24");
        assertThat(ask("/203.0.113.5").removed()).containsExactly("/203.0.113.5");
        assertThat(ask("/203.0.113.0/24").removed()).containsExactly("/203.0.113.0/24");
    }

    @Test
    void unknownNamesAreAnsweredAsRemovedEachTimeTheyAreAsked() {
        nothing();

        assertThat(ask("/10.99.0.1")).isEqualTo(new Update(List.of(), List.of("/10.99.0.1")));
        assertThat(ask("/10.99.0.1")).isEqualTo(new Update(List.of(), List.of("/10.99.0.1")));
    }

    @Test
    void otherSpellingOfAnAddressIsUnknown() {
        nothing();

        assertThat(ask("/FD00:90::4").removed()).containsExactly("/FD00:90::4");
    }

    @Test
    void pushConcernsOnlyWhatWasToldOrAskedFor() {
        nothing();
        ask(P1);

        become(Meshes.with(
                Meshes.with(Meshes.pier(), Meshes.pod("p-1", "node-a", "10.90.0.21", "a")),
                Meshes.pod("p-3", "node-b", "10.90.0.23", "b")));

        assertThat(names(push())).containsExactly(P1);
    }

    @Test
    void workloadsToldAlongWithAServiceAreFollowed() {
        nothing();
        ask(A);

        become(Meshes.without(Meshes.pier(), P2));

        assertThat(push().removed()).containsExactly(P2);
    }

    @Test
    void newPodBehindAServiceOrAtAnAddressAskedForComesUnasked() {
        nothing();
        ask(A);
        ask("/10.90.0.77");

        become(Meshes.with(
                Meshes.with(Meshes.pier(), Meshes.pod("p-8", "node-b", "10.90.0.8", "a")),
                Meshes.pod("p-7", "node-b", "10.90.0.77")));

        assertThat(names(push())).containsExactly("Kubernetes//Pod/pier/p-7", "Kubernetes//Pod/pier/p-8");
    }

    @Test
    void newPodOfTheClientsNodeComesUnasked() {
        nothing();

        become(Meshes.with(Meshes.pier(), Meshes.pod("near", "elsewhere", "10.90.0.50")));

        assertThat(names(push())).containsExactly("Kubernetes//Pod/pier/near");
    }

    @Test
    void unsubscribingNamesExactlyWhatWasGivenUp() {
        nothing();
        ask(P1);
        ask(P2);

        assertThat(request(Set.of(), Set.of(P1, "never-asked")))
                .isEqualTo(new Reaction.Answer(new Update(List.of(), List.of(P1))));
        become(Meshes.without(Meshes.without(Meshes.pier(), P1), P2));
        assertThat(push().removed()).containsExactly(P2);
    }

    @Test
    void whoAsksForSomethingHearsOfThatOnly() {
        nothing();
        ask(P1);

        Update update = begin(Set.of(P2, "never-there"), Set.of(P1));

        assertThat(names(update)).containsExactly(P2);
        assertThat(update.removed()).containsExactly("never-there");
        become(Meshes.without(Meshes.without(Meshes.pier(), P1), P2));
        assertThat(push().removed()).containsExactly(P2);
    }

    @Test
    void podOfTheClientsNodeCannotBeGivenUp() {
        client = Subscription.of(ResourceType.ADDRESS, "node-a");
        nothing();

        Update update = begin(Set.of(), Set.of(P1));

        assertThat(names(update)).containsExactly(P1);
        assertThat(update.removed()).isEmpty();
    }

    @Test
    void reconnectSkipsWhatIsHeldButAnswersWhatIsAwaited() {
        String current = version(P1);
        SubscriptionRequest request = new SubscriptionRequest(
                Set.of("*"), Set.of("*"), Map.of(P1, current, P2, "old", "/10.90.0.1", "", "/10.9.9.9", ""), "", null);

        Update update = ((Reaction.Answer) client.request(request, now, 0)).update();

        assertThat(names(update)).containsExactly(P1, P2);
        assertThat(update.removed()).containsExactly("/10.9.9.9");
    }

    @Test
    void heldAndUnchangedIsSkippedWhenNobodyWaits() {
        String current = version(P1);
        SubscriptionRequest request = new SubscriptionRequest(Set.of("*"), Set.of("*"), Map.of(P1, current), "", null);

        assertThat(client.request(request, now, 0)).isEqualTo(new Reaction.Answer(new Update(List.of(), List.of())));
    }

    @Test
    void starLaterChangesNothing() {
        nothing();
        ask(P1);

        assertThat(begin(Set.of("*"), Set.of())).isEqualTo(Update.EMPTY);
        become(Meshes.with(Meshes.pier(), Meshes.pod("far", "node-z", "10.90.0.60")));
        assertThat(push()).isEqualTo(Update.EMPTY);
    }

    @Test
    void repetitionIsNotAnsweredUnlessTheClientMustHaveForgotten() {
        nothing();
        ask("/10.90.0.1");

        assertThat(request(Set.of("/10.90.0.1"), Set.of())).isEqualTo(new Reaction.Acknowledged());
        become(Meshes.without(Meshes.pier(), P1));
        assertThat(push().removed()).containsExactly(P1);
        assertThat(ask("/10.90.0.1").removed()).containsExactly("/10.90.0.1");
        become(Meshes.pier());
        assertThat(names(push())).containsExactly(P1);
        assertThat(names(ask("/10.90.0.1"))).containsExactly(P1);
        assertThat(request(Set.of("/10.90.0.1"), Set.of())).isEqualTo(new Reaction.Acknowledged());
    }

    @Test
    void podsOfTheClientsNodeAreToldOnce() {
        client = Subscription.of(ResourceType.ADDRESS, "node-a");
        nothing();

        assertThat(names(ask(P2))).containsExactly(P2);
    }

    @Test
    void aliasAskedForIsNotRemovedWhereItsOwnerIsAnswered() {
        nothing();

        Update update = begin(Set.of("/203.0.113.0/24", "pier/cidr.example.net"), Set.of());

        assertThat(names(update)).containsExactly("pier/cidr.example.net");
        assertThat(update.removed()).isEmpty();
    }

    @Test
    void lookupTablesFollowTheMesh() {
        nothing();
        ask("/10.99.0.1");
        become(Meshes.with(Meshes.without(Meshes.pier(), P3), Meshes.pod("p-2", "elsewhere", "10.90.0.22", "b")));
        push();

        assertThat(names(ask("/10.150.0.2"))).containsExactly(P2, "pier/b.pier.svc.cluster.local");
        assertThat(names(ask(A))).containsExactly(P1, A);
        assertThat(ask("/10.90.0.2").removed()).containsExactly("/10.90.0.2");
        assertThat(now.state().onNode("elsewhere")).hasSize(1);
        assertThat(now.state().onNode("node-b")).hasSize(2);
    }

    private void nothing() {
        begin(Set.of("*"), Set.of("*"));
    }

    private Update begin(Set<String> subscribe, Set<String> unsubscribe) {
        return ((Reaction.Answer) request(subscribe, unsubscribe)).update();
    }

    private Update ask(String name) {
        return ((Reaction.Answer) request(Set.of(name), Set.of())).update();
    }

    private Reaction request(Set<String> subscribe, Set<String> unsubscribe) {
        return client.request(new SubscriptionRequest(subscribe, unsubscribe, Map.of(), "", null), now, 0);
    }

    private void become(List<MeshResource> resources) {
        now = Meshes.after(now, resources);
    }

    private Update push() {
        Update update = client.push(now, false);
        return update == null ? new Update(List.of(), List.of()) : update;
    }

    private String version(String name) {
        return requireNonNull(now.state().addresses().find(name)).version();
    }

    private static List<String> names(Update update) {
        return update.resources().stream().map(EncodedResource::name).toList();
    }
}
