package mesh.ambit.istiod.ambient;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.Kind;
import mesh.ambit.kube.ObjectKey;
import org.jspecify.annotations.Nullable;

/**
 * Who speaks for a host name that several objects claim.
 *
 * @param byNamespace in each namespace the Service, else the oldest ServiceEntry
 * @param canonical of these the Service, else the oldest that everybody sees; null for none
 */
record HostOwners(
        Map<String, ObjectKey> byNamespace, @Nullable ObjectKey canonical) {
    /** The claim of an object; {@code created} is null when nobody knows, which counts as oldest. */
    record Claim(ObjectKey source, @Nullable Instant created, boolean isPublic) {
        boolean isService() {
            return source.kind() == Kind.SERVICE;
        }
    }

    private static final Comparator<Claim> BEST_FIRST = Comparator.comparing((Claim claim) -> !claim.isService())
            .thenComparing(Claim::created, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(claim -> claim.source().namespace())
            .thenComparing(claim -> claim.source().name());

    HostOwners {
        byNamespace = Map.copyOf(byNamespace);
    }

    static HostOwners among(Iterable<Claim> claims) {
        Map<String, Claim> best = new TreeMap<>();
        for (Claim claim : claims) {
            best.merge(claim.source().namespace(), claim, (a, b) -> BEST_FIRST.compare(a, b) <= 0 ? a : b);
        }
        Map<String, ObjectKey> owners = new TreeMap<>();
        best.forEach((namespace, claim) -> owners.put(namespace, claim.source()));
        ObjectKey canonical = best.values().stream()
                .filter(claim -> claim.isService() || claim.isPublic())
                .min(BEST_FIRST)
                .map(Claim::source)
                .orElse(null);
        return new HostOwners(owners, canonical);
    }
}
