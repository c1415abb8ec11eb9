package mesh.ambit.ztunnel.outbound;

import static java.util.Objects.requireNonNull;
import static mesh.ambit.ztunnel.outbound.TestMesh.key;
import static mesh.ambit.ztunnel.outbound.TestMesh.mesh;
import static mesh.ambit.ztunnel.outbound.TestMesh.pod;
import static mesh.ambit.ztunnel.outbound.TestMesh.vip;
import static mesh.ambit.ztunnel.outbound.TestMesh.web;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.LoadBalancing;
import mesh.ambit.model.LoadBalancing.HealthPolicy;
import mesh.ambit.model.LoadBalancing.Mode;
import mesh.ambit.model.LoadBalancing.Scope;
import mesh.ambit.model.Locality;
import mesh.ambit.model.MeshResource;
import mesh.ambit.model.MeshSnapshot;
import mesh.ambit.model.Service;
import mesh.ambit.model.ServiceEndpoints;
import mesh.ambit.model.Workload;
import mesh.ambit.ztunnel.outbound.Candidates.Purpose;
import mesh.ambit.ztunnel.outbound.Candidates.Question;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CandidatesTest {
    private static final Workload CLIENT = place(pod("client", "10.0.0.1"), "", "n1", "r1", "z1", "s1");
    private static final List<Workload> ENDPOINTS = List.of(
            place(pod("same-node", "10.0.0.2", "default/web"), "", "n1", "r1", "z1", "s2"),
            place(pod("same-zone", "10.0.0.3", "default/web"), "", "n2", "r1", "z1", "s1"),
            place(pod("same-region", "10.0.0.4", "default/web"), "", "n3", "r1", "z2", "s1"),
            place(pod("zone-of-other-region", "10.0.0.5", "default/web"), "", "n4", "r2", "z1", "s1"),
            place(pod("far-near", "10.0.0.6", "default/web"), "far", "n5", "r1", "z1", "s1"),
            place(pod("far-far", "10.0.0.7", "default/web"), "far", "n6", "r3", "z3", "s3"));

    /** The sheet's part 3.3, a line each. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UNSPECIFIED_MODE | NODE                    | same-node same-zone same-region zone-of-other-region far-near far-far
            STRICT           |                         | same-node same-zone same-region zone-of-other-region far-near far-far
            FAILOVER         |                         | same-node same-zone same-region zone-of-other-region far-near far-far
            STRICT           | NODE                    | same-node
            FAILOVER         | NODE                    | same-node
            STRICT           | ZONE                    | same-node same-zone zone-of-other-region far-near
            STRICT           | REGION ZONE             | same-node same-zone far-near
            STRICT           | REGION ZONE SUBZONE     | same-zone far-near
            STRICT           | REGION ZONE NODE        | same-node
            STRICT           | REGION ZONE SUBZONE NODE |
            FAILOVER         | REGION ZONE SUBZONE NODE | same-zone far-near
            STRICT           | NETWORK                 | same-node same-zone same-region zone-of-other-region
            STRICT           | NETWORK REGION          | same-node same-zone same-region
            STRICT           | CLUSTER                 | same-node same-zone same-region zone-of-other-region far-near far-far
            FAILOVER         | NETWORK REGION ZONE     | same-node same-zone
            FAILOVER         | NETWORK SUBZONE NODE    | same-zone same-region zone-of-other-region
            """)
    void nearestOnlyByModeAndScopes(Mode mode, @Nullable String scopes, @Nullable String expected) {
        assertThat(names(candidates(balanced(mode, scopes), ENDPOINTS)))
                .containsExactlyInAnyOrder(expected == null ? new String[0] : expected.split(" "));
    }

    @Test
    void remoteEndpointsTakeOverByTheirOwnRankOnceNoneIsNear() {
        Service service = balanced(Mode.FAILOVER, "NETWORK REGION ZONE");

        assertThat(names(candidates(service, ENDPOINTS.subList(4, 6)))).containsExactly("far-near");
        assertThat(names(candidates(service, ENDPOINTS.subList(3, 6)))).containsExactly("zone-of-other-region");
    }

    @Test
    void endpointWithoutAddressCountsOnlyBehindAGatewayOfAnotherNetwork() {
        GatewayAddress gateway = new GatewayAddress(vip("10.0.0.99"), 15008);
        Workload nowhere =
                pod("nowhere", "10.0.0.2", "default/web").addresses(List.of()).build();
        Workload remote = nowhere.toBuilder().network("far").build();

        assertThat(names(candidates(web().build(), List.of(nowhere)))).isEmpty();
        assertThat(names(candidates(web().build(), List.of(remote)))).isEmpty();
        assertThat(names(candidates(
                        web().build(),
                        List.of(nowhere.toBuilder().networkGateway(gateway).build()))))
                .isEmpty();
        assertThat(names(candidates(
                        web().build(),
                        List.of(remote.toBuilder().networkGateway(gateway).build()))))
                .containsExactly("nowhere");
        assertThat(names(candidates(
                        web().build(),
                        List.of(nowhere.toBuilder().hostname("ext.example").build()))))
                .containsExactly("nowhere");
    }

    @Test
    void answerIsKeptUntilTheServiceOrAWorkloadOfItChanges() {
        Service service = balanced(Mode.FAILOVER, "NODE");
        MeshSnapshot mesh = mesh(service, ENDPOINTS.get(0), ENDPOINTS.get(1));
        Candidates first = candidates(mesh, service, CLIENT);

        MeshSnapshot elsewhere = mesh.apply(List.of(pod("other", "10.0.0.77").build()), List.of());
        assertThat(candidates(elsewhere, service, CLIENT)).isSameAs(first);
        assertThat(candidates(
                        elsewhere, service, CLIENT.toBuilder().name("twin").build()))
                .as("a client beside it")
                .isSameAs(first);

        Workload moved = ENDPOINTS.get(1).toBuilder().node("n1").build();
        assertThat(names(candidates(mesh.apply(List.of(moved), List.of()), service, CLIENT)))
                .containsExactlyInAnyOrder("same-node", "same-zone");
        assertThat(names(candidates(
                        mesh.apply(List.of(), List.of(ENDPOINTS.get(0).uid())), service, CLIENT)))
                .containsExactly("same-zone");
        Service strict = balanced(Mode.STRICT, "SUBZONE");
        assertThat(names(candidates(mesh.apply(List.of(strict), List.of()), strict, CLIENT)))
                .containsExactly("same-zone");
    }

    @Test
    void drawsFollowCapacityExactly() {
        Candidates candidates = candidates(
                web().build(), List.of(capacity("a", 1), capacity("b", 0), capacity("c", 3), capacity("d", 0)));
        int[] counts = new int[4];
        // Every number that can be drawn, once.
        for (long value = 0; value < 4; value++) {
            counts[candidates.draw(always(value), -1)]++;
        }

        for (int i = 0; i < 4; i++) {
            assertThat(counts[i]).isEqualTo((int) candidates.capacity(i));
        }
        assertThat(candidates(web().build(), List.of(capacity("a", 0))).draw(new Random(1), -1))
                .isEqualTo(-1);
    }

    /** Whatever the mesh: the excluded one and those of no capacity never, STRICT within its scopes, one rank for all. */
    @Test
    void drawsKeepToTheRules() {
        RandomGenerator random = new SplittableRandom(20261121);
        for (int round = 0; round < 300; round++) {
            Mode mode = random.nextBoolean() ? Mode.STRICT : Mode.FAILOVER;
            List<Scope> scopes = scopes(random);
            List<Workload> endpoints = endpoints(random);
            Service service = web().loadBalancing(new LoadBalancing(scopes, mode, HealthPolicy.ONLY_HEALTHY))
                    .build();
            Candidates candidates = candidates(service, endpoints);
            int best = endpoints.stream()
                    .mapToInt(endpoint -> Vantage.of(CLIENT).rank(endpoint, mode, scopes))
                    .max()
                    .orElse(Vantage.OUT);
            assertThat(candidates.size())
                    .isEqualTo(
                            best == Vantage.OUT
                                    ? 0
                                    : (int) endpoints.stream()
                                            .filter(e -> Vantage.of(CLIENT).rank(e, mode, scopes) == best)
                                            .count());
            for (int i = 0; i < 20 && candidates.size() > 0; i++) {
                int without = random.nextInt(-1, candidates.size());
                int drawn = candidates.draw(random, without);
                if (drawn < 0) {
                    assertThat(totalWithout(candidates, without)).isZero();
                    continue;
                }
                assertThat(drawn).isNotEqualTo(without);
                assertThat(candidates.capacity(drawn)).isPositive();
                if (mode == Mode.STRICT) {
                    assertThat(sharesAll(scopes, candidates.workload(drawn))).isTrue();
                }
            }
        }
    }

    private static boolean sharesAll(List<Scope> scopes, Workload endpoint) {
        return scopes.stream().allMatch(scope -> switch (scope) {
            case REGION -> endpoint.locality().region().equals("r1");
            case ZONE -> endpoint.locality().zone().equals("z1");
            case SUBZONE -> endpoint.locality().subzone().equals("s1");
            case NODE -> endpoint.node().equals("n1");
            case CLUSTER -> endpoint.clusterId().equals(CLIENT.clusterId());
            case NETWORK -> endpoint.network().isEmpty();
            case UNSPECIFIED_SCOPE -> false;
        });
    }

    private static long totalWithout(Candidates candidates, int without) {
        long total = 0;
        for (int i = 0; i < candidates.size(); i++) {
            total += i == without ? 0 : candidates.capacity(i);
        }
        return total;
    }

    private static List<Scope> scopes(RandomGenerator random) {
        List<Scope> all = new ArrayList<>(
                List.of(Scope.REGION, Scope.ZONE, Scope.SUBZONE, Scope.NODE, Scope.CLUSTER, Scope.NETWORK));
        List<Scope> scopes = new ArrayList<>();
        for (int left = random.nextInt(5); left > 0; left--) {
            scopes.add(all.remove(random.nextInt(all.size())));
        }
        return scopes;
    }

    private static List<Workload> endpoints(RandomGenerator random) {
        List<Workload> endpoints = new ArrayList<>();
        for (int left = random.nextInt(1, 9); left > 0; left--) {
            endpoints.add(place(
                            pod("e" + left, "10.0.1." + left, "default/web"),
                            random.nextBoolean() ? "" : "far",
                            "n" + random.nextInt(1, 3),
                            "r" + random.nextInt(1, 3),
                            "z" + random.nextInt(1, 3),
                            "s" + random.nextInt(1, 3))
                    .toBuilder()
                    .capacity(random.nextInt(3))
                    .build());
        }
        return endpoints;
    }

    private static RandomGenerator always(long value) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                return value;
            }

            @Override
            public long nextLong(long bound) {
                return value;
            }
        };
    }

    private static Workload capacity(String name, int capacity) {
        return pod(name, "10.0.0." + (10 + name.charAt(0) - 'a'), "default/web")
                .capacity(capacity)
                .build();
    }

    private static Service balanced(Mode mode, @Nullable String scopes) {
        List<Scope> preference = scopes == null
                ? List.of()
                : Arrays.stream(scopes.split(" ")).map(Scope::valueOf).toList();
        return web().loadBalancing(new LoadBalancing(preference, mode, HealthPolicy.ONLY_HEALTHY))
                .build();
    }

    private static Workload place(
            Workload.Builder workload, String network, String node, String region, String zone, String subzone) {
        return workload.network(network)
                .node(node)
                .locality(new Locality(region, zone, subzone))
                .build();
    }

    private static Candidates candidates(Service service, List<Workload> endpoints) {
        List<MeshResource> all = new ArrayList<>(endpoints);
        all.add(service);
        return candidates(MeshSnapshot.EMPTY.apply(all, List.of()), service, CLIENT);
    }

    private static Candidates candidates(MeshSnapshot mesh, Service service, Workload client) {
        ServiceEndpoints endpoints = requireNonNull(mesh.findEndpoints(key("default/web")));
        return endpoints.derived(Question.of(service, 80, Purpose.APPLICATION, client), mesh);
    }

    private static Set<String> names(Candidates candidates) {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < candidates.size(); i++) {
            names.add(candidates.workload(i).name());
        }
        return names;
    }
}
