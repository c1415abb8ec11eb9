package mesh.ambit.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.model.Addresses;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.NamespacedHostname;
import mesh.ambit.model.Port;
import mesh.ambit.model.Service;
import mesh.ambit.model.TunnelProtocol;
import mesh.ambit.model.Workload;
import mesh.ambit.protocol.discovery.DeltaDiscoveryResponse;
import mesh.ambit.protocol.discovery.Resource;
import mesh.ambit.wire.AddressWire;
import mesh.ambit.wire.TypeUrl;
import org.junit.jupiter.api.Test;

/** A mesh of 50,000 workloads and 1,000 services. The limits only tell a wrong order of growth from a slow machine. */
class LargeMeshTest {
    private static final int WORKLOADS = 50_000;
    private static final int SERVICES = 1_000;
    private static final int UPDATES = 1_000;

    private MeshSnapshot mesh = MeshSnapshot.EMPTY;
    private final KeptMesh kept = new KeptMesh(() -> Instant.EPOCH, () -> {});
    private final AdsSession session =
            new AdsSession(AdsNode.ofNodeProxy("", "", "", "", Map.of()), AdsMode.WILDCARD, kept);

    @Test
    void aSnapshotTakesSecondsAndAnUpdateCostsNoMoreForIt() throws Exception {
        DeltaDiscoveryResponse.Builder all = DeltaDiscoveryResponse.newBuilder().setTypeUrl(TypeUrl.ADDRESS);
        for (int i = 0; i < SERVICES; i++) {
            all.addResources(resource(Service.builder("shop", host(i))
                    .ports(List.of(Port.of(80, 8080)))
                    .build()));
        }
        for (int i = 0; i < WORKLOADS; i++) {
            all.addResources(resource(workload(i, 0)));
        }
        DeltaDiscoveryResponse snapshot = all.build();

        Duration whole = time(() -> session.receive(snapshot, this::apply));
        List<DeltaDiscoveryResponse> updates = new ArrayList<>();
        for (int i = 0; i < UPDATES; i++) {
            updates.add(DeltaDiscoveryResponse.newBuilder()
                    .setTypeUrl(TypeUrl.ADDRESS)
                    .addResources(resource(workload(i * (WORKLOADS / UPDATES), 1)))
                    .build());
        }
        Duration changes = time(() -> updates.forEach(update -> session.receive(update, this::apply)));
        byte[][] encoded = new byte[1][];
        Duration saved = time(() -> encoded[0] = kept.current().encode());

        System.out.printf(
                "%d resources, %d bytes: applied in %d ms; %d updates of one in %d us each; encoded for disk in %d ms%n",
                snapshot.getResourcesCount(),
                snapshot.getSerializedSize(),
                whole.toMillis(),
                UPDATES,
                changes.toNanos() / 1_000 / UPDATES,
                saved.toMillis());
        assertThat(mesh.workloads().size()).isEqualTo(WORKLOADS);
        assertThat(mesh.endpoints(new NamespacedHostname("shop", host(7))).size())
                .isEqualTo(WORKLOADS / SERVICES);
        assertThat(KeptMesh.decode(encoded[0]).size()).isEqualTo(WORKLOADS + SERVICES);
        // A few hundred times what it takes: these are for work that grows with the mesh, not for slow machines.
        assertThat(whole).isLessThan(Duration.ofMinutes(2));
        assertThat(changes).isLessThan(Duration.ofSeconds(30));
    }

    private void apply(MeshUpdates updates) {
        if (updates instanceof MeshUpdates.Addresses(List<MeshResource> upserts, List<String> removals)) {
            mesh = mesh.apply(upserts, removals);
        }
    }

    private static Workload workload(int i, int generation) {
        TreeMap<NamespacedHostname, List<Port>> services = new TreeMap<>();
        services.put(new NamespacedHostname("shop", host(i % SERVICES)), List.of(Port.of(80, 8080 + generation)));
        InetAddress address = Addresses.of(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i});
        return Workload.builder("Kubernetes//Pod/shop/pod-" + i)
                .name("pod-" + i)
                .namespace("shop")
                .serviceAccount("account-" + i % SERVICES)
                .node("node-" + i % 100)
                .addresses(List.of(address))
                .tunnelProtocol(TunnelProtocol.HBONE)
                .services(services)
                .build();
    }

    private static String host(int i) {
        return "service-" + i + ".shop.svc.cluster.local";
    }

    private static Resource resource(MeshResource resource) {
        return Resource.newBuilder()
                .setName(resource.resourceName())
                .setVersion("v1")
                .setResource(Any.newBuilder().setValue(AddressWire.encode(resource)))
                .build();
    }

    private static Duration time(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
