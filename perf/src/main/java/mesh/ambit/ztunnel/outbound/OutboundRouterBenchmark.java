package mesh.ambit.ztunnel.outbound;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to decide where a connection goes, by the size of the mesh and of the service. */
@NullMarked
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OutboundRouterBenchmark {
    private static final InetSocketAddress VIP = at("10.96.0.1", 80);
    private static final InetSocketAddress POD = at("10.0.0.2", 80);
    private static final InetSocketAddress STRANGER = at("192.0.2.1", 443);
    private static final InetAddress CLIENT_ADDRESS = InetAddress.ofLiteral("10.9.0.1");

    /** Workloads of the mesh. */
    @Param({"100", "10000"})
    public int workloads;

    /** Endpoints of the service. */
    @Param({"3", "100"})
    public int endpoints;

    private final OutboundRouter router = new OutboundRouter("", Set.of(15001, 15006, 15008));
    private final Workload client = pod("client", CLIENT_ADDRESS).build();
    private final EndpointChoice.Means means = new EndpointChoice.Means(
            Balancing.Rules.UPSTREAM, EndpointLoad.NONE, CLIENT_ADDRESS, null, new SplittableRandom(42));
    private MeshSnapshot mesh = MeshSnapshot.EMPTY;

    @Setup
    public void fill() {
        List<MeshResource> resources = new ArrayList<>();
        NamespacedHostname web = new NamespacedHostname("default", "web.default.svc.cluster.local");
        resources.add(client);
        resources.add(Service.builder(web.namespace(), web.hostname())
                .ports(List.of(Port.of(80, 8080)))
                .vips(List.of(new NetworkAddress("", VIP.getAddress())))
                .build());
        for (int i = 0; i < workloads; i++) {
            Workload.Builder pod =
                    pod("pod-" + i, InetAddress.ofLiteral("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255)));
            if (i < endpoints) {
                pod.services(new TreeMap<>(Map.of(web, List.of())));
            }
            resources.add(pod.build());
        }
        mesh = MeshSnapshot.EMPTY.apply(resources, List.of());
    }

    @Benchmark
    public Object service() {
        return route(VIP);
    }

    @Benchmark
    public Object pod() {
        return route(POD);
    }

    @Benchmark
    public Object stranger() {
        return route(STRANGER);
    }

    private Object route(InetSocketAddress destination) {
        return router.decide(mesh, client, destination, means);
    }

    private static Workload.Builder pod(String name, InetAddress address) {
        return Workload.builder("Kubernetes//Pod/default/" + name)
                .name(name)
                .namespace("default")
                .serviceAccount(name)
                .addresses(List.of(address))
                .tunnelProtocol(TunnelProtocol.HBONE);
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
