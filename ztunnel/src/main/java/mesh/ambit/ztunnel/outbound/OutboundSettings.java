package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import mesh.ambit.config.Environment;
import mesh.ambit.model.Service;
import org.jspecify.annotations.Nullable;

/**
 * What goes beyond upstream on the way out; everything is off by default.
 *
 * @param balancing which service is balanced how
 * @param connectRetry whether a failed connect is tried once more on another endpoint
 * @param resetOnFailure services whose clients see a reset instead of an orderly close when the connect fails
 */
public record OutboundSettings(Balancing.Rules balancing, boolean connectRetry, ServiceNames resetOnFailure) {
    /** What upstream does. */
    public static final OutboundSettings UPSTREAM =
            new OutboundSettings(Balancing.Rules.UPSTREAM, false, ServiceNames.NONE);

    public OutboundSettings {
        requireNonNull(balancing, "balancing");
        requireNonNull(resetOnFailure, "resetOnFailure");
    }

    /** Reads {@code AMBIT_BALANCING}, {@code AMBIT_CONNECT_RETRY} and {@code AMBIT_RESET_ON_FAILURE}. */
    public static OutboundSettings from(Environment env) {
        return new OutboundSettings(
                Balancing.Rules.from(env),
                env.flag("AMBIT_CONNECT_RETRY", false),
                env.value("AMBIT_RESET_ON_FAILURE", ServiceNames.NONE, ServiceNames::parseList));
    }

    /** Returns whether a client of {@code service}, null for none, sees a reset when the connect fails. */
    boolean resets(@Nullable Service service) {
        return resetOnFailure.contains(service);
    }
}
