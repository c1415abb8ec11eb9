package mesh.ambit.ztunnel.outbound;

import java.util.HashSet;
import java.util.Set;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * Services named in a setting.
 *
 * @param all whether every connection is meant, those to no service included
 * @param named the services meant otherwise
 */
public record ServiceNames(boolean all, Set<NamespacedHostname> named) {
    /** Nobody. */
    public static final ServiceNames NONE = new ServiceNames(false, Set.of());

    public ServiceNames {
        named = Set.copyOf(named);
    }

    /** Returns the names in {@code all} or in a list of {@code namespace/hostname}. */
    static ServiceNames parseList(String text) {
        if (text.isBlank()) {
            return NONE;
        }
        boolean all = false;
        Set<NamespacedHostname> named = new HashSet<>();
        for (String part : text.split(",", -1)) {
            if (part.strip().equals("all")) {
                all = true;
            } else {
                named.add(parse(part));
            }
        }
        return new ServiceNames(all, named);
    }

    /** Returns one service's key. */
    static NamespacedHostname parse(String text) {
        NamespacedHostname key = NamespacedHostname.tryParse(text.strip());
        if (key == null || key.namespace().isEmpty() || key.hostname().isEmpty()) {
            throw new IllegalArgumentException("'" + text.strip() + "' is not a service, expected: namespace/hostname");
        }
        return key;
    }

    boolean contains(@Nullable Service service) {
        return all || (service != null && !named.isEmpty() && named.contains(service.key()));
    }
}
