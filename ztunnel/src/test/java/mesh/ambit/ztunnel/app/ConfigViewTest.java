package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import mesh.ambit.config.Environment;
import org.junit.jupiter.api.Test;

class ConfigViewTest {
    @Test
    void theDumpShowsEveryKeyOfUpstreams() {
        assertThat(ConfigView.of(read(Map.of()), true).keySet())
                .contains(
                        "proxy dnsProxy windowSize connectionWindowSize frameSize poolMaxStreamsPerConn poolUnusedReleaseTimeout"
                                .concat(" socks5Addr adminAddr statsAddr readinessAddr inboundAddr"
                                        + " inboundPlaintextAddr")
                                .concat(" outboundAddr dnsProxyAddr illegalPorts network localNode proxyMode")
                                .concat(" proxyWorkloadInformation clusterId clusterDomain caAddress caRootCert")
                                .concat(" altCaHostname xdsAddress xdsRootCert altXdsHostname preferedServiceNamespace")
                                .concat(" secretTtl xdsOnDemand fakeCa fakeSelfInbound selfTerminationDeadline")
                                .concat(" proxyMetadata numWorkerThreads requireOriginalSource proxyArgs"
                                        + " dnsResolverCfg")
                                .concat(" dnsResolverOpts inpodUds inpodPortReuse packetMark socketConfig xdsHeaders")
                                .concat(" caHeaders localhostAppTunnel ztunnelIdentity ztunnelWorkload ipv6Enabled")
                                .concat(" crlPath enableEnhancedBaggage")
                                .split(" "));
    }

    @Test
    void theDumpPrintsAddressesShort() {
        ZtunnelConfig config = read(Map.of("ISTIO_META_DNS_PROXY_ADDR", "[::1]:15054"));

        assertThat(ConfigView.of(config, true)).containsEntry("dnsProxyAddr", Map.of("SocketAddr", "[::1]:15054"));
    }

    private static ZtunnelConfig read(Map<String, String> env) {
        return ZtunnelConfig.from(Environment.of(env), 2);
    }
}
