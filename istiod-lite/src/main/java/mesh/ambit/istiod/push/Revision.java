package mesh.ambit.istiod.push;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The mesh at one moment and the way that led there. What many clients are told alike is put together once, and goes
 * with the revision.
 */
final class Revision {
    static final Revision NOTHING = new Revision(PushState.EMPTY, Step.first(), 0, 0);

    private final PushState state;
    private final Step step;
    private final long changedNanos;
    private final long publishedNanos;
    private final ConcurrentHashMap<Told, Update> told = new ConcurrentHashMap<>();

    /** What is told to whoever was at step {@code since}; everything for a negative one. */
    private record Told(ResourceType type, long since) {}

    /**
     * Creates one.
     *
     * @param changedNanos when the first of the changes it brings was heard of
     * @param publishedNanos when it was handed to the streams; both of {@link System#nanoTime()}
     */
    Revision(PushState state, Step step, long changedNanos, long publishedNanos) {
        this.state = state;
        this.step = step;
        this.changedNanos = changedNanos;
        this.publishedNanos = publishedNanos;
    }

    PushState state() {
        return state;
    }

    Step step() {
        return step;
    }

    long changedNanos() {
        return changedNanos;
    }

    long publishedNanos() {
        return publishedNanos;
    }

    /** Returns all resources of {@code type}. */
    Update everything(ResourceType type) {
        return told.computeIfAbsent(new Told(type, -1), _ -> {
            List<EncodedResource> resources = new ArrayList<>();
            if (type == ResourceType.AUTHORIZATION) {
                state.policies().forEach((_, policy) -> resources.add(policy.plain()));
            } else {
                state.addresses().forEach((_, resource) -> {
                    if (serves(type, resource)) {
                        resources.add(encoded(type, resource));
                    }
                });
            }
            return new Update(resources, List.of());
        });
    }

    /** Returns what changed of {@code type} after {@code since}: what is there now, and the names of what is gone. */
    Update changes(ResourceType type, Step since) {
        if (since.number() == step.number()) {
            return Update.EMPTY;
        }
        return told.computeIfAbsent(new Told(type, since.number()), _ -> {
            MeshChange change = since.changesUntil(step);
            List<EncodedResource> resources = new ArrayList<>();
            List<String> removed = new ArrayList<>();
            if (type == ResourceType.AUTHORIZATION) {
                for (String name : change.policies()) {
                    PolicyResource policy = state.policies().find(name);
                    if (policy == null) {
                        removed.add(name);
                    } else {
                        resources.add(policy.plain());
                    }
                }
            } else {
                for (String name : change.addresses()) {
                    AddressResource resource = state.addresses().find(name);
                    if (resource == null) {
                        removed.add(name);
                    } else if (serves(type, resource)) {
                        resources.add(encoded(type, resource));
                    }
                }
            }
            return new Update(resources, removed);
        });
    }

    /** Returns whether {@code resource} is of {@code type}: the older one has no services. */
    static boolean serves(ResourceType type, AddressResource resource) {
        return type == ResourceType.ADDRESS || resource.isWorkload();
    }

    static EncodedResource encoded(ResourceType type, AddressResource resource) {
        return type == ResourceType.ADDRESS ? resource.plain() : resource.bare();
    }
}
