package mesh.ambit.xds;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mesh.ambit.model.PersistentMap;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.state.StateException;
import mesh.ambit.wire.TypeUrl;

/**
 * The mesh as it was received, so that a later life of the program knows it before any control plane answers: the very
 * bytes, since a newer program may read more out of them.
 *
 * <p>One thread, that of the client, changes it; {@link #current} may be asked from any.
 */
public final class KeptMesh implements ResourceKeeper {
    /**
     * What is kept at one moment.
     *
     * @param asOf when the control plane last said something
     * @param types resources by name, for every type that was heard of
     */
    public record State(Instant asOf, Map<String, PersistentMap<String, Resource>> types) {
        /** Copies the map. */
        public State {
            types = Map.copyOf(types);
        }

        /** Returns whether every type was heard of: a part of a mesh is none, least of all one without its policies. */
        public boolean isWhole() {
            return types.keySet().containsAll(TypeUrl.ALL);
        }

        /** Returns the bytes that {@link #decode} reads: a message with its length before it for each type. */
        public byte[] encode() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                for (String type : TypeUrl.ALL) {
                    PersistentMap<String, Resource> resources = types.get(type);
                    if (resources != null) {
                        DeltaDiscoveryResponse.newBuilder()
                                .setTypeUrl(type)
                                .addAllResources(resources.values())
                                .build()
                                .writeDelimitedTo(out);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("memory takes what is written to it", e);
            }
            return out.toByteArray();
        }
    }

    private final InstantSource clock;
    private final Runnable changed;
    private volatile State current = new State(Instant.EPOCH, Map.of());

    /** Creates one that knows nothing; {@code changed} is called, on the client's thread, after each change. */
    public KeptMesh(InstantSource clock, Runnable changed) {
        this.clock = requireNonNull(clock, "clock");
        this.changed = requireNonNull(changed, "changed");
    }

    /** What an earlier life of the program had kept. */
    public static final class Saved {
        private final List<DeltaDiscoveryResponse> responses;

        private Saved(List<DeltaDiscoveryResponse> responses) {
            this.responses = List.copyOf(responses);
        }

        /** Returns whether every type is there, once. */
        public boolean isWhole() {
            return responses.stream()
                    .map(DeltaDiscoveryResponse::getTypeUrl)
                    .toList()
                    .equals(TypeUrl.ALL);
        }

        /** Returns how many resources there are. */
        public int size() {
            return responses.stream()
                    .mapToInt(DeltaDiscoveryResponse::getResourcesCount)
                    .sum();
        }

        List<DeltaDiscoveryResponse> responses() {
            return responses;
        }
    }

    /**
     * Returns what {@code bytes} hold.
     *
     * @throws StateException if it is not what {@link State#encode} writes
     */
    public static Saved decode(byte[] bytes) throws StateException {
        List<DeltaDiscoveryResponse> responses = new ArrayList<>();
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        try {
            while (in.available() > 0) {
                responses.add(DeltaDiscoveryResponse.parser().parseDelimitedFrom(in));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new StateException("not readable as a mesh: " + e.getMessage());
        }
        return new Saved(responses);
    }

    /** Returns what is kept now. */
    public State current() {
        return current;
    }

    @Override
    public void keep(String type, List<Resource> accepted, List<String> removed) {
        current = new State(clock.instant(), with(type, accepted, removed));
        changed.run();
    }

    @Override
    public void restored(String type, List<Resource> accepted) {
        // As old as it was: nobody has confirmed it.
        current = new State(current.asOf(), with(type, accepted, List.of()));
    }

    /** Says how old what is being restored is. */
    public void restoring(Instant asOf) {
        current = new State(asOf, current.types());
    }

    private Map<String, PersistentMap<String, Resource>> with(
            String type, List<Resource> accepted, List<String> removed) {
        Map<String, PersistentMap<String, Resource>> types = new LinkedHashMap<>(current.types());
        PersistentMap<String, Resource> resources = types.getOrDefault(type, PersistentMap.empty());
        for (Resource resource : accepted) {
            resources = resources.with(resource.getName(), resource);
        }
        for (String name : removed) {
            resources = resources.without(name);
        }
        types.put(type, resources);
        return types;
    }
}
