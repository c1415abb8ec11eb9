package mesh.ambit.istiod.push;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import mesh.ambit.istiod.proxyless.Generated;
import mesh.ambit.istiod.proxyless.ResourceKind;
import mesh.ambit.istiod.push.SubscriptionRequest.Rejection;
import mesh.ambit.protocol.discovery.DiscoveryRequest;
import org.jspecify.annotations.Nullable;

/**
 * The conversation about one type on one stream whose responses are whole states: what the client wants, what it was
 * sent last and what it said to it.
 *
 * <p>A state machine without I/O and clock. The stream owns it; only {@link #standing} and {@link #size} may be called
 * from other threads.
 */
final class StateSubscription {
    /** What a request leads to. */
    enum Reaction {
        /** The client wants something that it has not been told. */
        OWED,
        /** It took our last response, or wants less than before. */
        ACKNOWLEDGED,
        /** It refused our last response; the same is not sent again, at most what takes its place. */
        REJECTED,
        /** It answers a response that is no longer the last one; it will answer the newer one too. What it wants counts. */
        STALE
    }

    /** How much of a client's words is searched for names; in what is longer, any may be meant. */
    private static final int MAX_SEARCHED = 16_384;

    private final ResourceKind kind;
    private final Map<String, Generated> sent = new HashMap<>();

    /** The guards of what the client took last, by name: with these it does not let anybody through that it should not. */
    private final Map<String, ByteString> guards = new HashMap<>();

    /** What the client has shown that it cannot do and must not pass over, by name. */
    private final SortedMap<String, ByteString> refused = new TreeMap<>();

    private volatile SortedSet<String> names = new TreeSet<>();
    private boolean started;
    private boolean wildcard;
    private boolean owed;
    private boolean holding;
    private volatile Standing standing = Standing.NONE;

    StateSubscription(ResourceKind kind) {
        this.kind = kind;
    }

    /** Takes {@code request} into account and returns what it leads to. */
    Reaction request(DiscoveryRequest request, long nowMillis) {
        String nonce = request.getResponseNonce();
        boolean answers = started && !nonce.isEmpty();
        // What it wants counts even then: it may have given something up and ask for it again, and it waits for that.
        boolean stale = answers && !nonce.equals(standing.sentNonce());
        boolean rejected = !stale && request.hasErrorDetail();
        if (rejected) {
            Rejection why = SubscriptionRequest.rejection(request.getErrorDetail());
            standing = standing.rejected(why, nowMillis);
            owed |= close(request.getErrorDetail().getMessage());
        } else if (answers && !stale) {
            standing = standing.acknowledged(nowMillis);
            sent.forEach((name, resource) -> guards.put(name, resource.guard()));
        }
        SortedSet<String> wanted = new TreeSet<>(request.getResourceNamesList());
        boolean first = !started;
        started = true;
        if (first && wanted.isEmpty() && kind.isWhole()) {
            wildcard = true;
        }
        if (!wanted.isEmpty()) {
            // Who has named something once wants nothing, not everything, when it names nothing.
            wildcard = wanted.remove(SubscriptionRequest.WILDCARD);
        }
        boolean more = !names.containsAll(wanted);
        sent.keySet().removeIf(name -> !wildcard && !wanted.contains(name));
        refused.keySet().retainAll(sent.keySet());
        guards.keySet().retainAll(sent.keySet());
        names = wanted;
        owed |= first || more;
        if (rejected || stale) {
            return rejected ? Reaction.REJECTED : Reaction.STALE;
        }
        return first || more ? Reaction.OWED : Reaction.ACKNOWLEDGED;
    }

    /**
     * Returns what the client has to be sent now and regards it as sent; null when nothing.
     *
     * @param find returns the resource of a name, null for none
     * @param all returns the names of everything, for a client that wants that
     * @param mayWait says whether the client is being led elsewhere, so that it keeps for now what leads nowhere any more
     */
    @Nullable
    List<Generated> due(
            Function<String, @Nullable Generated> find,
            Function<ResourceKind, ? extends Set<String>> all,
            BooleanSupplier mayWait) {
        if (!started) {
            return null;
        }
        Set<String> wanted = wanted(all);
        holding = false;
        List<Generated> there = new ArrayList<>();
        List<Generated> changed = new ArrayList<>();
        Set<String> gone = new TreeSet<>(sent.keySet());
        for (String name : wanted) {
            Generated resource = find.apply(name);
            if (resource != null
                    && resource.closed() != null
                    && resource.content().equals(refused.get(name))) {
                resource = resource.closed();
            }
            Generated last = sent.get(name);
            if (last != null && !last.nowhere() && (resource == null || resource.nowhere()) && mayWait.getAsBoolean()) {
                resource = last;
                holding = true;
            }
            if (resource != null) {
                gone.remove(name);
                there.add(resource);
                Generated before = sent.put(name, resource);
                if (before == null || !resource.content().equals(before.content())) {
                    changed.add(resource);
                }
            }
        }
        sent.keySet().removeAll(gone);
        boolean due = owed || !changed.isEmpty() || (kind.isWhole() && !gone.isEmpty());
        owed = false;
        return due ? (kind.isWhole() ? there : changed) : null;
    }

    private Set<String> wanted(Function<ResourceKind, ? extends Set<String>> all) {
        if (!wildcard) {
            return names;
        }
        Set<String> wanted = new TreeSet<>(names);
        wanted.addAll(all.apply(kind));
        return wanted;
    }

    /** Returns whether {@link #due} has other contents than what was sent, without sending anything. */
    boolean hasNews(Function<String, @Nullable Generated> find, Function<ResourceKind, ? extends Set<String>> all) {
        for (String name : wanted(all)) {
            Generated resource = find.apply(name);
            Generated last = sent.get(name);
            if (resource != null && last != null && !resource.content().equals(last.content())) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the client was left with something that leads nowhere any more. */
    boolean isHolding() {
        return holding;
    }

    /**
     * Takes note of what the client refuses and must not go on without, and returns whether there is more of it than
     * before. A client that says of nothing that it was sent that this is wrong may mean all.
     */
    private boolean close(String reason) {
        boolean cut = reason.length() > MAX_SEARCHED;
        String searched = cut ? reason.substring(0, MAX_SEARCHED) : reason;
        boolean anyNamed = !cut && sent.keySet().stream().anyMatch(searched::contains);
        boolean more = false;
        for (Generated resource : sent.values()) {
            boolean meant = !anyNamed || searched.contains(resource.name());
            if (resource.closed() != null && meant && !resource.guard().equals(guards.get(resource.name()))) {
                more |= !resource.content().equals(refused.put(resource.name(), resource.content()));
            }
        }
        return more;
    }

    /** Returns under which names the client has refused what it must not pass over. */
    Set<String> refused() {
        return Collections.unmodifiableSet(refused.keySet());
    }

    /** Returns what the client was last sent under a name; null when nothing. */
    @Nullable
    Generated last(String name) {
        return sent.get(name);
    }

    /** Notes that a response with {@code nonce} is on its way. */
    void sent(String nonce, long nowMillis) {
        standing = standing.sent(nonce, nowMillis);
    }

    Standing standing() {
        return standing;
    }

    /** Returns how many names the client wants. */
    int size() {
        return names.size();
    }

    /** Returns whether the client waits for an answer. */
    boolean isOwed() {
        return owed;
    }
}
