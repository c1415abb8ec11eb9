package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import mesh.ambit.config.Environment;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * What is off by default on the way out. All but the SOCKS5 port goes beyond upstream.
 *
 * @param balancing which service is balanced how
 * @param connectRetry whether a failed connect is tried once more on another endpoint
 * @param resetOnFailure services whose clients see a reset instead of an orderly close when the connect fails
 * @param socks whether pods get a SOCKS5 port
 * @param policy whether outbound policies are enforced
 */
public record OutboundSettings(
        Balancing.Rules balancing, boolean connectRetry, ServiceNames resetOnFailure, boolean socks, boolean policy) {
    /** What upstream does by default. */
    public static final OutboundSettings UPSTREAM =
            new OutboundSettings(Balancing.Rules.UPSTREAM, false, ServiceNames.NONE, false, false);

    public OutboundSettings {
        requireNonNull(balancing, "balancing");
        requireNonNull(resetOnFailure, "resetOnFailure");
    }

    /**
     * Reads {@code AMBIT_BALANCING}, {@code AMBIT_CONNECT_RETRY}, {@code AMBIT_RESET_ON_FAILURE}, {@code
     * UNSTABLE_ENABLE_SOCKS5} and {@code AMBIT_OUTBOUND_POLICY}.
     */
    public static OutboundSettings from(Environment env) {
        return new OutboundSettings(
                Balancing.Rules.from(env),
                env.flag("AMBIT_CONNECT_RETRY", false),
                env.value("AMBIT_RESET_ON_FAILURE", ServiceNames.NONE, ServiceNames::parseList),
                env.flag("UNSTABLE_ENABLE_SOCKS5", false),
                env.flag("AMBIT_OUTBOUND_POLICY", false));
    }

    /** Returns whether a client of {@code service}, null for none, sees a reset when the connect fails. */
    boolean resets(@Nullable Service service) {
        return resetOnFailure.contains(service);
    }
}
