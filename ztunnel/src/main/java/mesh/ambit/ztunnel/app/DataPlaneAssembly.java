package mesh.ambit.ztunnel.app;

import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import mesh.ambit.config.HostPort;
import mesh.ambit.hbone.InnerTunnel;
import mesh.ambit.identity.SpiffeId;
import mesh.ambit.model.MeshView;
import mesh.ambit.policy.PolicyView;
import mesh.ambit.relay.Transport;
import mesh.ambit.relay.TunedTransport;
import mesh.ambit.telemetry.DnsMetrics;
import mesh.ambit.telemetry.LimitMetrics;
import mesh.ambit.telemetry.Metrics;
import mesh.ambit.telemetry.OnDemandDnsMetrics;
import mesh.ambit.tls.Revocations;
import mesh.ambit.tls.Svid;
import mesh.ambit.tls.TlsContexts;
import mesh.ambit.ztunnel.dns.DnsContext;
import mesh.ambit.ztunnel.dns.DnsSettings;
import mesh.ambit.ztunnel.dns.HostResolver;
import mesh.ambit.ztunnel.dns.HostsFile;
import mesh.ambit.ztunnel.dns.ResolvConf;
import mesh.ambit.ztunnel.dns.SystemHostResolver;
import mesh.ambit.ztunnel.inbound.DecisionLog;
import mesh.ambit.ztunnel.inbound.InboundRouter;
import mesh.ambit.ztunnel.inpod.Ports;
import mesh.ambit.ztunnel.limits.ConnectionLimits;
import mesh.ambit.ztunnel.limits.Overload;
import mesh.ambit.ztunnel.outbound.DepartureBoard;
import mesh.ambit.ztunnel.outbound.EndpointLoads;
import mesh.ambit.ztunnel.outbound.OutboundAdmission;
import mesh.ambit.ztunnel.outbound.OutboundPlane;
import mesh.ambit.ztunnel.outbound.OutboundPolicy;
import mesh.ambit.ztunnel.outbound.OutboundRouter;
import org.slf4j.event.Level;

/** Makes the data plane that a configuration describes. */
final class DataPlaneAssembly {
    private DataPlaneAssembly() {}

    /**
     * Returns a data plane whose event loops have begun; it carries nothing until pods are given to it. Its loops, the
     * overload guard of its limits and its resolver are for the caller to end.
     *
     * @param certificates the certificate of an identity
     * @param clock judges certificates
     */
    static DataPlane of(
            ZtunnelConfig config,
            MeshView mesh,
            PolicyView policies,
            Function<SpiffeId, CompletionStage<Svid>> certificates,
            Revocations revocations,
            Metrics metrics,
            InstantSource clock) {
        Transport transport = Transport.best();
        EventLoopGroup loops = transport.group(config.process().workers(), "ambit-worker");
        ConnectionLimits limits = new ConnectionLimits(
                config.limits(), Overload.watch(config.limits()), new LimitMetrics(metrics), System::nanoTime);
        DnsContext dns = dns(config, transport, mesh, metrics);
        HostResolver hosts = new SystemHostResolver(
                transport, dns.conf(), dns.hosts(), config.capture().ipv6(), new OnDemandDnsMetrics(metrics));
        DecisionLog decisions = new DecisionLog(config.inbound().policyLogging() ? Level.INFO : Level.DEBUG);
        TlsContexts tls =
                new TlsContexts(config.tls().policy(), config.tls().policy().provider(), clock, revocations);
        String network = config.node().network();
        OutboundPlane outbound = new OutboundPlane(
                new OutboundRouter(network, Ports.own(config.outbound().socks())),
                network,
                config.outbound(),
                new EndpointLoads(),
                new InnerTunnel(tls, config.tunnels(), limits.tunnelGuards()),
                hosts,
                admission(config, policies, decisions));
        return new DataPlane(
                new TunedTransport(transport, config.capture().keepalive()),
                loops,
                mesh,
                policies,
                certificates,
                config.telemetry().on(metrics),
                tls,
                clock,
                outbound,
                new InboundRouter(network, Ports.own(config.outbound().socks()), config.inbound()),
                decisions,
                limits,
                new DepartureBoard(),
                dns,
                hosts,
                DataPlane.Settings.from(config));
    }

    private static OutboundAdmission admission(ZtunnelConfig config, PolicyView policies, DecisionLog decisions) {
        if (!config.outbound().policy()) {
            return OutboundAdmission.ALL;
        }
        OutboundPolicy policy = new OutboundPolicy(policies, decisions::write);
        return (source, from, destination, _) -> policy.refusal(source, from, destination);
    }

    private static DnsContext dns(ZtunnelConfig config, Transport transport, MeshView mesh, Metrics metrics) {
        return new DnsContext(
                dnsSettings(config),
                config.capture().ipv6(),
                transport,
                mesh,
                () -> ResolvConf.read(ResolvConf.SYSTEM),
                config.mode().shared()
                        ? null
                        : ResolvConf.read(ResolvConf.SYSTEM).search(),
                HostsFile.read(),
                DnsMetrics.on(metrics));
    }

    private static DnsSettings dnsSettings(ZtunnelConfig config) {
        HostPort address = config.mode().dnsAddress();
        String preferred = config.mode().preferredNamespace();
        return new DnsSettings(
                config.mode().dns(),
                address.host().equals(ModeSettings.LOCALHOST) ? null : InetAddress.ofLiteral(address.host()),
                address.port(),
                config.node().clusterDomain(),
                preferred == null ? "" : preferred);
    }
}
