package mesh.ambit.istiod.push;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import mesh.ambit.model.PersistentMap;
import org.jspecify.annotations.Nullable;

/** Interest in policies: whoever asks, by whatever names, gets all of them. */
final class PolicyInterest implements Interest {
    private Step added = Step.first();
    private Step removed = added;

    @Override
    public Update first(SubscriptionRequest request, Revision now) {
        added = now.step();
        removed = now.step();
        return all(request.firstNames(), now);
    }

    /**
     * A change of names is answered with everything, a repetition is not: after each answer the client knows exactly the
     * policies that there are.
     */
    @Override
    public @Nullable Update change(SubscriptionRequest request, Revision now) {
        PersistentMap<String, PolicyResource> known = now.state().policies();
        Set<String> mentioned = request.mentioned();
        boolean more = mentioned.stream().anyMatch(name -> !known.containsKey(name));
        boolean less =
                request.unsubscribe().stream().anyMatch(name -> known.containsKey(name) || mentioned.contains(name));
        if (!more && !less) {
            return null;
        }
        Set<String> doubtful = request.firstNames();
        doubtful.addAll(now.changes(ResourceType.AUTHORIZATION, removed).removed());
        added = now.step();
        removed = now.step();
        return all(doubtful, now);
    }

    private static Update all(Set<String> doubtful, Revision now) {
        TreeSet<String> gone = new TreeSet<>(doubtful);
        gone.remove(SubscriptionRequest.WILDCARD);
        gone.removeIf(name -> now.state().policies().containsKey(name));
        Update everything = now.everything(ResourceType.AUTHORIZATION);
        return gone.isEmpty() ? everything : new Update(everything.resources(), List.copyOf(gone));
    }

    @Override
    public boolean isDue(Revision now) {
        return added.number() != now.step().number()
                || removed.number() != now.step().number();
    }

    @Override
    public @Nullable Update push(Revision now, boolean keepRemovals) {
        Update additions = now.changes(ResourceType.AUTHORIZATION, added);
        added = now.step();
        if (keepRemovals) {
            return new Update(additions.resources(), List.of()).orNull();
        }
        Update removals = now.changes(ResourceType.AUTHORIZATION, removed);
        removed = now.step();
        return additions.removed().equals(removals.removed())
                ? additions.orNull()
                : new Update(additions.resources(), removals.removed()).orNull();
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public long behind(Revision now) {
        return added.namesUntil(now.step());
    }
}
