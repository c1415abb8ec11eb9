package mesh.ambit.istiod.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.model.MeshResource;
import mesh.ambit.protocol.discovery.Resource;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever happens in whatever order, an obedient client ends up with the mesh as it is. */
class SubscriptionPropertyTest {
    private static final int NAMES = 6;

    /**
     * Plays {@code steps}: each changes or removes one pod, pushes, or drops the connection and comes again with what the
     * client holds.
     */
    @Property(tries = 300, seed = "1")
    void obedientWildcardClientHoldsTheMesh(@ForAll @Size(max = 40) List<@IntRange(min = 0, max = 39) Integer> steps) {
        Map<Integer, MeshResource> mesh = new HashMap<>();
        Revision now = Revision.NOTHING;
        Map<String, String> client = new HashMap<>();
        Subscription subscription = connect(client, now);
        for (int i = 0; i < steps.size(); i++) {
            int action = steps.get(i) / 10;
            int pod = steps.get(i) % NAMES;
            switch (action) {
                case 0 -> mesh.put(pod, Meshes.pod("p-" + pod, "node-a", "10.90.0." + (i + 1)));
                case 1 -> mesh.remove(pod);
                case 2 -> {
                    Update update = subscription.push(now, false);
                    if (update != null) {
                        apply(update, client);
                    }
                }
                default -> subscription = connect(client, now);
            }
            now = Meshes.after(now, new ArrayList<>(mesh.values()));
        }
        Update last = subscription.push(now, false);
        if (last != null) {
            apply(last, client);
        }

        Map<String, String> expected = new HashMap<>();
        now.state().addresses().forEach((name, resource) -> expected.put(name, resource.version()));
        assertThat(client).isEqualTo(expected);
    }

    /** On demand, what the client was told it holds as it is, and what it asked for it was told. */
    @Property(tries = 300, seed = "1")
    void obedientOnDemandClientIsNeverBehind(@ForAll @Size(max = 40) List<@IntRange(min = 0, max = 39) Integer> steps) {
        Map<Integer, MeshResource> mesh = new HashMap<>();
        Revision now = Revision.NOTHING;
        Map<String, String> client = new HashMap<>();
        Set<String> asked = new TreeSet<>();
        Subscription subscription = Subscription.of(ResourceType.ADDRESS, "elsewhere");
        subscription.request(new SubscriptionRequest(Set.of("*"), Set.of("*"), Map.of(), "", null), now, 0);
        for (int i = 0; i < steps.size(); i++) {
            int action = steps.get(i) / 10;
            int pod = steps.get(i) % NAMES;
            String name = "Kubernetes//Pod/pier/p-" + pod;
            switch (action) {
                case 0 -> mesh.put(pod, Meshes.pod("p-" + pod, "node-a", "10.90.0." + (i + 1)));
                case 1 -> mesh.remove(pod);
                case 2 -> {
                    asked.add(name);
                    ask(subscription, Set.of(name), Set.of(), now, client);
                }
                default -> {
                    asked.remove(name);
                    ask(subscription, Set.of(), Set.of(name), now, client);
                }
            }
            now = Meshes.after(now, new ArrayList<>(mesh.values()));
        }
        Update last = subscription.push(now, false);
        if (last != null) {
            apply(last, client);
        }

        Map<String, String> expected = new HashMap<>();
        now.state().addresses().forEach((name, resource) -> expected.put(name, resource.version()));
        expected.keySet().retainAll(asked);
        assertThat(client).isEqualTo(expected);
    }

    private static Subscription connect(Map<String, String> held, Revision now) {
        Subscription subscription = Subscription.of(ResourceType.ADDRESS, "node-a");
        answer(subscription, new SubscriptionRequest(Set.of(), Set.of(), held, "", null), now, held);
        return subscription;
    }

    private static void ask(
            Subscription subscription,
            Set<String> subscribe,
            Set<String> unsubscribe,
            Revision now,
            Map<String, String> client) {
        answer(subscription, new SubscriptionRequest(subscribe, unsubscribe, Map.of(), "", null), now, client);
    }

    private static void answer(
            Subscription subscription, SubscriptionRequest request, Revision now, Map<String, String> client) {
        switch (subscription.request(request, now, 0)) {
            case Reaction.Answer(Update update) -> apply(update, client);
            case Reaction.Acknowledged _, Reaction.Rejected _, Reaction.Stale _ -> {}
        }
    }

    private static void apply(Update update, Map<String, String> client) {
        for (EncodedResource encoded : update.resources()) {
            Resource resource = encoded.resource();
            client.put(resource.getName(), resource.getVersion());
        }
        update.removed().forEach(client::remove);
    }
}
