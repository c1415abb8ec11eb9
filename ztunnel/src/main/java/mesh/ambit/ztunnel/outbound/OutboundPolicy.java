package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;

import java.net.InetSocketAddress;
import java.util.function.Consumer;
import mesh.ambit.model.Workload;
import mesh.ambit.policy.Authorizer;
import mesh.ambit.policy.Connection;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.policy.Verdict;
import mesh.ambit.policy.Verdict.Denied;
import org.jspecify.annotations.Nullable;

/**
 * Judges by the outbound policies of a workload what it may open. They see the workload as the source, under its own
 * identity, and as the destination what the application dialled: a service's address and port, not an endpoint's.
 */
public final class OutboundPolicy {
    private final PolicyView policies;
    private final Consumer<Verdict> log;

    /**
     * Creates one.
     *
     * @param policies the policies as they stand
     * @param log takes each verdict of policies that apply
     */
    public OutboundPolicy(PolicyView policies, Consumer<Verdict> log) {
        this.policies = requireNonNull(policies, "policies");
        this.log = requireNonNull(log, "log");
    }

    /**
     * Returns why the connection may not be opened, in words that stay the same, or null if it may.
     *
     * @param source the workload that dials
     * @param from the address that it dials from
     * @param destination what it dialled
     */
    public @Nullable String refusal(Workload source, InetSocketAddress from, InetSocketAddress destination) {
        Verdict verdict = Authorizer.authorizeOutbound(
                policies.current(), source, new Connection(from.getAddress(), source.identity(), destination));
        if (verdict == null) {
            return null;
        }
        log.accept(verdict);
        return verdict instanceof Denied denied
                ? "connection closed due to outbound policy rejection: " + denied.reason()
                : null;
    }
}
