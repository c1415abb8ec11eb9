package mesh.ambit.ztunnel.outbound;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import mesh.ambit.config.Environment;
import mesh.ambit.model.NamespacedHostname;

/** How one of several candidates is chosen. */
public enum Balancing {
    /** By capacity and chance, as upstream does. */
    RANDOM,
    /** The one with the fewest open connections for its capacity. */
    LEAST_CONNECTIONS,
    /** Always the same one for the same source address, while it is there. */
    SOURCE_HASH;

    /** The variable that {@link Rules} are read from. */
    static final String VARIABLE = "AMBIT_BALANCING";

    /** Returns the name in configuration and in explanations: {@code least-connections}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Balancing parse(String word) {
        for (Balancing balancing : values()) {
            if (balancing.word().equals(word)) {
                return balancing;
            }
        }
        throw new IllegalArgumentException("expected: random, least-connections or source-hash, by itself for all"
                + " services or as namespace/hostname=... for one");
    }

    /**
     * Which services are balanced how.
     *
     * @param otherwise how the services are balanced that are not named
     * @param services how those are that are
     */
    public record Rules(Balancing otherwise, Map<NamespacedHostname, Balancing> services) {
        /** What upstream does everywhere. */
        public static final Rules UPSTREAM = new Rules(RANDOM, Map.of());

        public Rules {
            services = Map.copyOf(services);
        }

        /** Reads {@code AMBIT_BALANCING}: {@code random,shop/orders.shop.svc.cluster.local=least-connections}. */
        public static Rules from(Environment env) {
            return env.value(VARIABLE, UPSTREAM, Rules::parse);
        }

        private static Rules parse(String text) {
            Balancing otherwise = RANDOM;
            Map<NamespacedHostname, Balancing> services = new HashMap<>();
            for (String part : text.split(",", -1)) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    otherwise = Balancing.parse(part.strip());
                } else {
                    services.put(
                            ServiceNames.parse(part.substring(0, equals)),
                            Balancing.parse(part.substring(equals + 1).strip()));
                }
            }
            return new Rules(otherwise, services);
        }

        /** Returns how a service is balanced. */
        public Balancing of(NamespacedHostname service) {
            return services.isEmpty() ? otherwise : services.getOrDefault(service, otherwise);
        }

        /** Returns whether any service needs to know how many connections its endpoints have. */
        public boolean needsLoads() {
            return otherwise == LEAST_CONNECTIONS || services.containsValue(LEAST_CONNECTIONS);
        }
    }
}
