package mesh.ambit.ztunnel.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import mesh.ambit.model.IpFamilies;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.NetworkCidr;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.Visibility;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.dns.NameDecision.Answered;
import mesh.ambit.ztunnel.dns.NameDecision.Forward;
import org.junit.jupiter.api.Test;

class MeshNamesTest {
    private static final Workload CLIENT = Workload.builder("c//Pod/ns1/client")
            .namespace("ns1")
            .network("nw1")
            .build();

    private final MeshNames names = new MeshNames("cluster.local", null, "preferred-ns", true);

    @Test
    void shortNamesOfKubernetesAreExpanded() {
        MeshSnapshot mesh = mesh(vip("ns1", "web.ns1.svc.cluster.local", "10.0.0.1"));

        for (String name : List.of("web", "web.ns1", "web.ns1.svc", "WEB.ns1.svc.Cluster.Local")) {
            assertThat(ask(mesh, name, RecordType.A)).as(name).containsExactly(lower(name) + ". A 10.0.0.1");
        }
        assertThat(ask(mesh, "web.ns2", RecordType.A)).containsExactly("forward");
    }

    @Test
    void candidatesComeInOrder() {
        assertThat(candidates("a.b")).containsExactly("a.b", "a.b.svc.cluster.local", "a.b.ns1.svc.cluster.local");
        assertThat(candidates("a.b.svc"))
                .containsExactly("a.b.svc", "a.b.svc.cluster.local", "a.b.svc.svc.cluster.local");
        assertThat(candidates("a.b.c.svc")).containsExactly("a.b.c.svc", "a.b.c.svc.cluster.local");
        assertThat(candidates("a.b.c.d")).containsExactly("a.b.c.d");
        assertThat(candidates("x.svc.cluster.local"))
                .containsExactly(
                        "x.svc.cluster.local",
                        "x/1",
                        "x.ns1.svc.cluster.local/1",
                        "x.svc/2",
                        "x.svc.svc.cluster.local/2",
                        "x.svc.ns1.svc.cluster.local/2");
    }

    @Test
    void nameUnderASearchDomainIsAnAlias() {
        MeshSnapshot mesh =
                mesh(vip("ns1", "www.example.com", "10.0.0.1"), vip("ns1", "web.ns1.svc.cluster.local", "10.0.0.2"));

        assertThat(ask(mesh, "www.example.com.ns1.svc.cluster.local", RecordType.A))
                .containsExactly(
                        "www.example.com.ns1.svc.cluster.local. CNAME www.example.com.", "www.example.com. A 10.0.0.1");
        assertThat(ask(mesh, "web.ns1.ns1.svc.cluster.local", RecordType.A))
                .containsExactly("web.ns1.ns1.svc.cluster.local. CNAME web.ns1.", "web.ns1. A 10.0.0.2");
        assertThat(ask(mesh, "web.ns1.ns1.svc.cluster.local", RecordType.AAAA)).isEmpty();
    }

    @Test
    void wildcardsMatchFromTheLongestOn() {
        MeshSnapshot mesh = mesh(vip("ns1", "*.wildcard", "10.0.0.1"), vip("ns1", "*.b.wildcard", "10.0.0.2"));

        assertThat(ask(mesh, "foo.wildcard", RecordType.A)).containsExactly("foo.wildcard. A 10.0.0.1");
        assertThat(ask(mesh, "a.b.wildcard", RecordType.A)).containsExactly("a.b.wildcard. A 10.0.0.2");
        assertThat(ask(mesh, "foo.wildcard.ns1.svc.cluster.local", RecordType.A))
                .containsExactly("foo.wildcard.ns1.svc.cluster.local. A 10.0.0.1");
        assertThat(ask(mesh, "wildcard", RecordType.A)).containsExactly("forward");
    }

    @Test
    void addressesAreThoseOfTheClientsNetworkAndOfTheAskedFamily() {
        Service service = Service.builder("ns1", "web.ns1.svc.cluster.local")
                .vips(List.of(at("nw1", "10.0.0.1"), at("nw2", "10.0.0.2"), at("nw1", "fd00::1")))
                .build();
        MeshSnapshot mesh = mesh(
                service,
                Service.builder("ns1", "far.ns1.svc.cluster.local")
                        .vips(List.of(at("nw2", "10.0.0.3")))
                        .build());

        assertThat(ask(mesh, "web", RecordType.A)).containsExactly("web. A 10.0.0.1");
        assertThat(ask(mesh, "web", RecordType.AAAA)).containsExactly("web. AAAA fd00:0:0:0:0:0:0:1");
        assertThat(ask(mesh, "far", RecordType.A)).isEmpty();
    }

    @Test
    void headlessServiceHasOneAddressOfEachEndpoint() {
        Service headless = Service.builder("ns1", "db.ns1.svc.cluster.local").build();
        MeshSnapshot mesh = mesh(
                headless,
                endpoint("a", headless, "nw1", "10.1.0.1", "10.1.0.2", "fd00::1"),
                endpoint("b", headless, "nw2", "10.2.0.1"));

        assertThat(ask(mesh, "db", RecordType.A)).containsExactlyInAnyOrder("db. A 10.1.0.1", "db. A 10.2.0.1");
        assertThat(ask(mesh, "db", RecordType.AAAA)).containsExactly("db. AAAA fd00:0:0:0:0:0:0:1");
        assertThat(ask(mesh(headless), "db", RecordType.A)).isEmpty();
        assertThat(ask(mesh, "pod0.db.ns1.svc.cluster.local", RecordType.A)).containsExactly("forward");
    }

    @Test
    void familiesOfTheServiceBindEvenHeadlessOnes() {
        Service headless = Service.builder("ns1", "db.ns1.svc.cluster.local")
                .ipFamilies(IpFamilies.IPV4_ONLY)
                .build();
        MeshSnapshot mesh = mesh(headless, endpoint("a", headless, "nw1", "10.1.0.1", "fd00::1"));

        assertThat(ask(mesh, "db", RecordType.AAAA)).isEmpty();
        assertThat(((Answered) decide(names, mesh, "db", RecordType.AAAA)).result())
                .isEqualTo(Answered.FAMILY);
        assertThat(ask(mesh, "db", RecordType.A)).containsExactly("db. A 10.1.0.1");
    }

    @Test
    void withoutIpv6NoIpv6AddressIsTold() {
        MeshSnapshot mesh = mesh(vip("ns1", "web.ns1.svc.cluster.local", "fd00::1"));

        MeshNames ipv4Only = new MeshNames("cluster.local", null, "", false);

        assertThat(((Answered) decide(ipv4Only, mesh, "web", RecordType.AAAA)).answer())
                .isEqualTo(DnsAnswer.ofMesh(List.of()));
    }

    @Test
    void serviceWithoutAnAddressOutsideOfTheClusterDomainIsForwarded() {
        Service external = Service.builder("ns1", "headless.example.com").build();
        Service range = Service.builder("ns1", "range.example.com")
                .cidrVips(List.of(new NetworkCidr("nw1", InetAddress.ofLiteral("10.9.0.0"), 16)))
                .build();

        assertThat(ask(mesh(external, range), "headless.example.com", RecordType.A))
                .containsExactly("forward");
        assertThat(ask(mesh(external, range), "range.example.com", RecordType.A))
                .containsExactly("forward");
    }

    @Test
    void otherTypesAreForwardedForServicesToo() {
        MeshSnapshot mesh = mesh(vip("ns1", "web.ns1.svc.cluster.local", "10.0.0.1"));

        assertThat(ask(mesh, "web", RecordType.SRV)).containsExactly("forward");
        assertThat(ask(mesh, "web", RecordType.ANY)).containsExactly("forward");
    }

    @Test
    void ownNamespaceThenCanonicalThenPreferredThenFirst() {
        Service first = vip("ns3", "x.io", "10.0.0.3");
        Service preferred = vip("preferred-ns", "x.io", "10.0.0.4");
        Service canonical =
                vip("ns5", "x.io", "10.0.0.5").toBuilder().canonical(true).build();
        Service own = vip("ns1", "x.io", "10.0.0.1");

        assertThat(ask(mesh(first, preferred, canonical, own), "x.io", RecordType.A))
                .containsExactly("x.io. A 10.0.0.1");
        assertThat(ask(mesh(first, preferred, canonical), "x.io", RecordType.A)).containsExactly("x.io. A 10.0.0.5");
        assertThat(ask(mesh(first, preferred), "x.io", RecordType.A)).containsExactly("x.io. A 10.0.0.4");
        assertThat(ask(mesh(first), "x.io", RecordType.A)).containsExactly("x.io. A 10.0.0.3");
    }

    @Test
    void servicesOfAnotherNamespaceMayBeHidden() {
        Service hidden = vip("ns2", "web.ns2.svc.cluster.local", "10.0.0.1").toBuilder()
                .visibility(Visibility.NAMESPACE)
                .build();

        assertThat(ask(mesh(hidden), "web.ns2", RecordType.A)).containsExactly("forward");
    }

    @Test
    void dotWithinALabelSeparatesNothing() {
        MeshSnapshot mesh = mesh(vip("ns1", "a.b", "10.0.0.1"));
        DnsName odd = new DnsName(new byte[] {3, 'a', '.', 'b', 0});

        assertThat(names.decide(mesh, CLIENT, new DnsQuestion(odd, RecordType.A), new Random(1)))
                .isEqualTo(Forward.INSTANCE);
    }

    @Test
    void searchDomainsOfOurOwnReplaceThoseOfKubernetes() {
        MeshNames dedicated = new MeshNames("cluster.local", List.of("lab.test"), "", true);
        MeshSnapshot mesh = mesh(vip("ns1", "www.example.com", "10.0.0.1"));

        assertThat(((Answered) decide(dedicated, mesh, "www.example.com.lab.test", RecordType.A))
                        .answer()
                        .answers())
                .hasSize(2);
        assertThat(decide(dedicated, mesh, "www.example.com.svc.cluster.local", RecordType.A))
                .isEqualTo(Forward.INSTANCE);
    }

    private List<String> candidates(String name) {
        return names.candidates(List.of(name.split("\\.")), "ns1").stream()
                .map(candidate -> String.join(".", candidate.labels())
                        + (candidate.stripped() == 0 ? "" : "/" + candidate.stripped()))
                .toList();
    }

    private List<String> ask(MeshSnapshot mesh, String name, int type) {
        return switch (decide(names, mesh, name, type)) {
            case Forward _ -> List.of("forward");
            case Answered(DnsAnswer answer, String _) -> {
                assertThat(answer.authoritative()).isTrue();
                List<String> lines = new ArrayList<>();
                for (DnsRecord record : answer.answers()) {
                    assertThat(record.ttl()).isEqualTo(30);
                    InetAddress address = record.address();
                    lines.add(record.owner() + " " + RecordType.name(record.type()) + " "
                            + (address == null ? record.target() : address.getHostAddress()));
                }
                yield lines;
            }
        };
    }

    private static NameDecision decide(MeshNames names, MeshSnapshot mesh, String name, int type) {
        DnsName parsed = Objects.requireNonNull(DnsName.tryParse(name));
        return names.decide(mesh, CLIENT, new DnsQuestion(parsed, type), new Random(1));
    }

    private static String lower(String name) {
        return Objects.requireNonNull(DnsName.tryParse(name)).lower().toString().replaceAll("\\.$", "");
    }

    private static MeshSnapshot mesh(MeshResource... resources) {
        return MeshSnapshot.EMPTY.apply(List.of(resources), List.of());
    }

    private static Service vip(String namespace, String hostname, String address) {
        return Service.builder(namespace, hostname)
                .vips(List.of(at("nw1", address)))
                .build();
    }

    private static Workload endpoint(String name, Service service, String network, String... addresses) {
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(service.key(), List.of());
        List<InetAddress> parsed = new ArrayList<>();
        for (String address : addresses) {
            parsed.add(InetAddress.ofLiteral(address));
        }
        return Workload.builder("c//Pod/ns1/" + name)
                .name(name)
                .namespace("ns1")
                .network(network)
                .addresses(parsed)
                .services(services)
                .build();
    }

    private static NetworkAddress at(String network, String address) {
        return new NetworkAddress(network, InetAddress.ofLiteral(address));
    }
}
