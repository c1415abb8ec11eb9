package mesh.ambit.istiod.push;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.protocol.discovery.Resource;
import org.jspecify.annotations.Nullable;

/** Interest in policies: whoever asks, by whatever names, gets all of them. */
final class PolicyInterest implements Interest {
    /** What the client holds, as far as we know. */
    private final Set<String> known = new HashSet<>();

    private final Set<String> pending = new TreeSet<>();

    @Override
    public Update first(SubscriptionRequest request, PushState state) {
        known.addAll(request.firstNames());
        return all(state);
    }

    @Override
    public @Nullable Update change(SubscriptionRequest request, PushState state) {
        if (!request.namesSomething()) {
            return null;
        }
        known.addAll(request.subscribe());
        return all(state);
    }

    private Update all(PushState state) {
        known.remove(SubscriptionRequest.WILDCARD);
        pending.clear();
        List<Resource> resources = new ArrayList<>();
        state.policies().values().forEach(policy -> resources.add(policy.plain()));
        Set<String> removed = new TreeSet<>(known);
        removed.removeAll(state.policies().keySet());
        known.clear();
        known.addAll(state.policies().keySet());
        return new Update(resources, List.copyOf(removed));
    }

    @Override
    public void note(MeshChange change) {
        pending.addAll(change.policies());
    }

    @Override
    public boolean isDue() {
        return !pending.isEmpty();
    }

    @Override
    public @Nullable Update push(PushState state) {
        List<Resource> resources = new ArrayList<>();
        List<String> removed = new ArrayList<>();
        for (String name : pending) {
            PolicyResource policy = state.policies().get(name);
            if (policy != null) {
                resources.add(policy.plain());
                known.add(name);
            } else if (known.remove(name)) {
                removed.add(name);
            }
        }
        pending.clear();
        Update update = new Update(resources, removed);
        return update.isEmpty() ? null : update;
    }

    @Override
    public int size() {
        return known.size();
    }
}
