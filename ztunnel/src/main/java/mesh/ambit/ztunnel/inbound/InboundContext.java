package mesh.ambit.ztunnel.inbound;

import java.util.function.BooleanSupplier;
import mesh.ambit.model.MeshView;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.telemetry.ConnectionTelemetry;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.LocalWorkload;

/**
 * What the inbound side of one pod works with.
 *
 * @param network our own network
 * @param router what a request leads to
 * @param mesh the mesh as it stands
 * @param policies the policies as they stand
 * @param decisions where decisions are logged
 * @param pod the pod whose connections these are
 * @param connections where they are kept
 * @param telemetry where they are reported
 * @param dialer connects to the application
 * @param keepsSource whether the application may see its client's address
 * @param baggage whether baggage is read and answered
 */
public record InboundContext(
        String network,
        InboundRouter router,
        MeshView mesh,
        PolicyView policies,
        DecisionLog decisions,
        LocalWorkload pod,
        LiveConnections connections,
        ConnectionTelemetry telemetry,
        ApplicationDialer dialer,
        BooleanSupplier keepsSource,
        boolean baggage) {}
