package mesh.ambit.ztunnel.app;

import io.netty.channel.EventLoopGroup;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import mesh.ambit.hbone.TunnelSettings;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.linux.CongestionControl;
import mesh.ambit.model.MeshView;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.relay.TunedTransport;
import mesh.ambit.telemetry.ConnectionTelemetry;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.ztunnel.dns.DnsContext;
import mesh.ambit.ztunnel.dns.HostResolver;
import mesh.ambit.ztunnel.inbound.ApplicationDialer;
import mesh.ambit.ztunnel.inbound.DecisionLog;
import mesh.ambit.ztunnel.inbound.InboundContext;
import mesh.ambit.ztunnel.inbound.InboundRouter;
import mesh.ambit.ztunnel.inpod.LiveConnections;
import mesh.ambit.ztunnel.inpod.LocalWorkload;
import mesh.ambit.ztunnel.inpod.Transparency;
import mesh.ambit.ztunnel.limits.ConnectionLimits;
import mesh.ambit.ztunnel.outbound.DepartureBoard;
import mesh.ambit.ztunnel.outbound.OutboundPlane;
import org.jspecify.annotations.Nullable;

/**
 * What all pods of the process share.
 *
 * @param transport how sockets are driven
 * @param loops the event loops of the data path
 * @param mesh the mesh as it stands
 * @param policies the policies as they stand
 * @param certificates the certificate of an identity
 * @param telemetry where connections are reported
 * @param tls TLS contexts
 * @param clock judges certificates
 * @param outbound where captured connections go
 * @param inbound what tunnels lead to
 * @param decisions where decisions are logged
 * @param limits what is taken at all
 * @param departures where it is said which workloads have gone
 * @param dns what the DNS proxies of pods share
 * @param hosts finds addresses of workloads that have only a host name
 * @param settings what the configuration says of sockets and tunnels
 */
record DataPlane(
        TunedTransport transport,
        EventLoopGroup loops,
        MeshView mesh,
        PolicyView policies,
        Function<SpiffeId, CompletionStage<Svid>> certificates,
        ConnectionTelemetry telemetry,
        TlsContexts tls,
        InstantSource clock,
        OutboundPlane outbound,
        InboundRouter inbound,
        DecisionLog decisions,
        ConnectionLimits limits,
        DepartureBoard departures,
        DnsContext dns,
        HostResolver hosts,
        Settings settings) {
    /** Returns what the inbound side of one destination works with. */
    InboundContext inbound(
            LocalWorkload local, LiveConnections connections, ApplicationDialer dialer, BooleanSupplier keepsSource) {
        return new InboundContext(
                settings.network(),
                inbound,
                mesh,
                policies,
                decisions,
                local,
                connections,
                telemetry,
                dialer,
                keepsSource,
                settings.baggage());
    }

    /**
     * What the configuration says of sockets and tunnels.
     *
     * @param network our network id
     * @param node the node we serve; null for any
     * @param proxy whether connections are carried; else names are answered at most
     * @param mark of sockets inside pods
     * @param reusePort whether our successor may listen beside us
     * @param originalSource whether applications see their clients' addresses
     * @param ipv6 whether we listen on IPv6 too
     * @param baggage whether tunnels describe workloads
     * @param tunnels parameters of tunnels
     * @param nearby the congestion control towards the pod itself
     */
    record Settings(
            String network,
            @Nullable String node,
            boolean proxy,
            int mark,
            boolean reusePort,
            Transparency.Wish originalSource,
            boolean ipv6,
            boolean baggage,
            TunnelSettings tunnels,
            CongestionControl nearby) {
        static Settings from(ZtunnelConfig config) {
            return new Settings(
                    config.node().network(),
                    config.node().node(),
                    config.mode().proxy(),
                    config.capture().mark(),
                    // In a namespace of our own a second one of us is a mistake, not a successor.
                    config.mode().shared() && config.capture().reusePort(),
                    config.capture().originalSource(),
                    config.capture().ipv6(),
                    config.inbound().baggage(),
                    config.tunnels().with(config.capture().nearby()::applyIfNear),
                    config.capture().nearby());
        }
    }
}
