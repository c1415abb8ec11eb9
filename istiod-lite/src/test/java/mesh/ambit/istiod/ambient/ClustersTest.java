package mesh.ambit.istiod.ambient;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.ObjectKey;
import mesh.ambit.model.GatewayAddress;
import mesh.ambit.model.NetworkAddress;
import mesh.ambit.model.Service;
import mesh.ambit.model.Workload;
import org.junit.jupiter.api.Test;

/** What other clusters add to the mesh. */
class ClustersTest {
    private static final String WEB = "shop/web.shop.svc.cluster.local";
    private static final String MESH = """
            {apiVersion: v1, kind: ConfigMap, metadata: {name: istio, namespace: istio-system}, data: {mesh: "serviceScopeConfigs: [{servicesSelector: {matchLabels: {istio.io/global: 'true'}}, scope: GLOBAL}]"}}
            ---
            """;
    private static final MeshSettings SETTINGS = MeshSettings.DEFAULT.withFeatures(
            EnumSet.of(Feature.MULTI_NETWORK, Feature.SERVICES_SELECT_WORKLOAD_ENTRIES));

    private final AmbientEngine engine = new AmbientEngine(SETTINGS);
    private final Map<ObjectKey, KubeObject> present = new HashMap<>();

    @Test
    void podsOfAClusterOnTheSameNetworkAreToldAsTheyAre() {
        MeshState state = state(
                cluster("", "here", service("10.96.0.2", "true") + pod("a", "10.1.0.1", "x")),
                cluster("west", "here", service("10.96.0.10", "true") + pod("b", "10.2.0.1", "y") + """
                        {apiVersion: v1, kind: Service, metadata: {name: inner, namespace: shop}, spec: {clusterIP: 10.96.0.11, selector: {app: web}, ports: [{port: 80}]}}
                        ---
                        {apiVersion: v1, kind: Node, metadata: {name: n, labels: {topology.kubernetes.io/zone: z}}}
                        """));

        assertThat(state.addresses()).containsOnlyKeys(WEB, "Kubernetes//Pod/shop/a", "west//Pod/shop/b");
        assertThat(vips(service(state))).containsExactly("here/10.96.0.10", "here/10.96.0.2");
        assertThat(service(state).subjectAltNames()).isEmpty();
        Workload b = workload(state, "west//Pod/shop/b");
        assertThat(b.clusterId()).isEqualTo("west");
        assertThat(b.network()).isEqualTo("here");
        assertThat(b.locality().zone()).isEqualTo("z");
        assertThat(b.services()).containsOnlyKeys(service(state).key());
        assertThat(workload(state, "Kubernetes//Pod/shop/a").locality().zone()).isEmpty();
    }

    @Test
    void podsOnAnotherNetworkAreOneWorkloadBehindItsGateway() {
        MeshState state = state(
                cluster("", "here", service("10.96.0.2", "true") + pod("a", "10.1.0.1", "x")),
                cluster(
                        "west",
                        "there",
                        service("10.96.0.2", "true")
                                + pod("a", "10.1.0.1", "y")
                                + pod("b", "10.1.0.2", "y")
                                + eastWest("there", "198.51.100.7")));

        String stand = "there/SplitHorizonWorkload/istio-system/east-west/198.51.100.7/" + WEB;
        assertThat(state.addresses())
                .containsOnlyKeys(WEB, "Kubernetes//Pod/shop/a", stand, "NetworkGateway/there/198.51.100.7/0");
        assertThat(vips(service(state))).containsExactly("here/10.96.0.2", "there/10.96.0.2");
        assertThat(service(state).subjectAltNames()).containsExactly("spiffe://cluster.local/ns/shop/sa/y");
        Workload one = workload(state, stand);
        assertThat(one.capacity()).isEqualTo(2);
        assertThat(one.clusterId()).isEqualTo("west");
        assertThat(requireNonNull(one.networkGateway()).hboneMtlsPort()).isEqualTo(15008);
        assertThat(workload(state, "NetworkGateway/there/198.51.100.7/0").serviceAccount())
                .isEqualTo("east-west");
    }

    @Test
    void gatewayThatOurClusterDeclaresComesFirst() {
        MeshState state = state(
                cluster("", "here", service("10.96.0.2", "true") + """
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: said, namespace: istio-system, labels: {topology.istio.io/network: there}, creationTimestamp: '2026-05-01T00:00:00Z'},
                 spec: {gatewayClassName: istio-remote, listeners: [{name: cross, port: 15018, protocol: HBONE}]}, status: {addresses: [{type: IPAddress, value: 198.51.100.9}]}}
                """),
                cluster(
                        "west",
                        "there",
                        service("10.96.0.2", "true") + pod("a", "10.1.0.1", "y") + eastWest("there", "198.51.100.7")));

        Workload one = workload(state, "there/SplitHorizonWorkload/istio-system/said/198.51.100.9/" + WEB);
        assertThat(requireNonNull(one.networkGateway()).hboneMtlsPort()).isEqualTo(15018);
        assertThat(one.clusterId()).isEqualTo("Kubernetes");
        assertThat(state.addresses())
                .containsKeys("NetworkGateway/there/198.51.100.7/0", "NetworkGateway/there/198.51.100.9/15018");
    }

    @Test
    void gatewayThatOurClusterDeclaresUnderTheSameNameAndAddressIsTheOnlyOne() {
        MeshState state = state(cluster("", "here", service("10.96.0.2", "true") + """
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: east-west, namespace: istio-system, labels: {topology.istio.io/network: elsewhere}},
                 spec: {gatewayClassName: istio-remote, listeners: [{name: cross, port: 15018, protocol: HBONE}]}, status: {addresses: [{type: IPAddress, value: 198.51.100.7}]}}
                """), westThatShares());

        assertThat(state.addresses())
                .as("nothing leads there any more")
                .containsOnlyKeys(WEB, "NetworkGateway/elsewhere/198.51.100.7/15018");
    }

    /** Returns a cluster on another network with a pod behind the shared Service, and the way there. */
    private static String westThatShares() {
        return cluster(
                "west",
                "there",
                service("10.96.0.3", "true") + pod("b", "10.2.0.1", "y") + eastWest("there", "198.51.100.7"));
    }

    @Test
    void whatIsNotSharedStaysInItsCluster() {
        String mine = cluster("", "here", service("10.96.0.2", "false") + pod("a", "10.1.0.1", "x"));
        MeshState alone = state(mine);

        assertThat(state(mine, cluster("west", "there", service("10.96.0.3", "false") + pod("b", "10.2.0.1", "y"))))
                .isEqualTo(alone);
        assertThat(state(mine, westThatShares()).addresses())
                .as("ours is not shared, so theirs is not either")
                .containsOnlyKeys(WEB, "Kubernetes//Pod/shop/a", "NetworkGateway/there/198.51.100.7/0")
                .containsEntry(WEB, service(alone));
    }

    @Test
    void serviceThatOnlyOtherClustersHaveIsToldByTheFirstOfThem() {
        String waypoint = """
                {apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: gate, namespace: shop}, spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]},
                 status: {addresses: [{type: IPAddress, value: 10.96.0.99}]}}
                ---
                {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio.io/use-waypoint: gate}}}
                """;
        Service told = service(state(
                cluster("", "here", ""),
                cluster("west", "there", service("10.96.0.3", "true") + waypoint),
                cluster("east", "yonder", service("10.96.0.3", "true"))));

        assertThat(vips(told)).containsExactly("there/10.96.0.3", "yonder/10.96.0.3");
        assertThat(told.canonical()).isTrue();
        assertThat(told.waypoint()).as("east comes first").isNull();
        assertThat(service(state(
                                cluster("", "here", ""),
                                cluster("west", "there", service("10.96.0.3", "true") + waypoint)))
                        .waypoint())
                .isEqualTo(new GatewayAddress(
                        new NetworkAddress("there", requireNonNull(Addresses.parse("10.96.0.99"))), 15008));
    }

    @Test
    void serviceEntryOfOursIsNotMixedWithServicesOfOthers() {
        String mine = cluster("", "here", """
                {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: web, namespace: shop}, spec: {hosts: [web.shop.svc.cluster.local], addresses: [240.240.0.1], ports: [{number: 80, name: http}], resolution: STATIC}}
                """);

        assertThat(state(mine, westThatShares()).addresses())
                .containsOnlyKeys(WEB, "NetworkGateway/there/198.51.100.7/0")
                .containsEntry(WEB, service(state(mine)));
    }

    @Test
    void policiesAndEntriesAreSaidInOurCluster() {
        String rules = """
                {apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: NAME, namespace: shop}, spec: {selector: {matchLabels: {app: web}}, rules: [{from: [{source: {namespaces: [shop]}}]}]}}
                ---
                {apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: NAME, namespace: shop, labels: {app: web}}, spec: {address: 10.1.0.9}}
                """;
        MeshState state = state(
                cluster("", "here", service("10.96.0.2", "true") + rules.replace("NAME", "ours")),
                cluster(
                        "west",
                        "here",
                        service("10.96.0.2", "true") + pod("b", "10.2.0.1", "y") + rules.replace("NAME", "theirs")));

        assertThat(state.authorizations()).containsOnlyKeys("shop/ours");
        assertThat(state.addresses())
                .containsOnlyKeys(WEB, "west//Pod/shop/b", "Kubernetes/networking.istio.io/WorkloadEntry/shop/ours");
        assertThat(workload(state, "west//Pod/shop/b").authorizationPolicies()).containsExactly("shop/ours");
    }

    @Test
    void endpointsWithoutPodsAreSharedToo() {
        String slice = """
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s, namespace: shop, labels: {kubernetes.io/service-name: web}}, addressType: IPv4, endpoints: [{addresses: [10.3.0.1]}], ports: [{name: http, port: 80, protocol: TCP}]}
                """;
        String mine = cluster("", "here", service("10.96.0.2", "true"));

        assertThat(state(mine, cluster("west", "here", service("10.96.0.2", "true") + slice))
                        .addresses())
                .containsOnlyKeys(WEB, "west/discovery.k8s.io/EndpointSlice/shop/s/10.3.0.1");
        assertThat(service(state(mine, cluster("west", "there", service("10.96.0.2", "true") + slice)))
                        .subjectAltNames())
                .containsExactly("spiffe://cluster.local/ns/shop/sa/");
    }

    @Test
    void clusterThatChangesItsNetworkMovesWhole() {
        String theirs = service("10.96.0.3", "true") + pod("b", "10.2.0.1", "y") + eastWest("there", "198.51.100.7");
        String mine = cluster("", "here", service("10.96.0.2", "true"));
        MeshState flat = state(mine, cluster("west", "here", theirs));
        MeshState far = state(mine, cluster("west", "there", theirs));

        apply(mine);
        apply(cluster("west", "here", theirs));
        assertThat(engine.state()).isEqualTo(flat);
        apply(cluster("west", "there", ""));
        assertThat(engine.state()).isEqualTo(far).isNotEqualTo(flat);
        apply(cluster("west", "here", ""));
        assertThat(engine.state()).isEqualTo(flat);
    }

    @Test
    void clusterThatIsGoneTakesAlongWhatItGaveAndNothingElse() {
        apply(cluster("", "here", service("10.96.0.2", "true") + pod("a", "10.1.0.1", "x")));
        MeshState before = engine.state();
        int size = engine.size();
        apply(cluster(
                "west",
                "there",
                service("10.96.0.2", "true") + pod("a", "10.1.0.1", "y") + eastWest("there", "198.51.100.7")));
        assertThat(engine.state()).isNotEqualTo(before);

        engine.apply(
                Map.of(), present.keySet().stream().filter(key -> !key.isOwn()).toList());

        assertThat(engine.state()).isEqualTo(before);
        assertThat(engine.size()).isEqualTo(size);
    }

    @Test
    void onePodOfAnotherNetworkCostsTheSameHoweverManyThereAre() {
        assertThat(stepsForOnePodAmong(10)).isEqualTo(stepsForOnePodAmong(300)).isLessThan(10);
    }

    private static long stepsForOnePodAmong(int pods) {
        ClustersTest test = new ClustersTest();
        test.apply(cluster("", "here", service("10.96.0.2", "true")));
        StringBuilder theirs = new StringBuilder(service("10.96.0.2", "true") + eastWest("there", "198.51.100.7"));
        for (int i = 0; i < pods; i++) {
            theirs.append(pod("p" + i, "10.2." + i / 200 + "." + i % 200, "y"));
        }
        test.apply(cluster("west", "there", theirs.toString()));
        long before = test.engine.steps();

        MeshUpdate update = test.apply("west\n" + pod("new", "10.9.0.1", "y"));

        assertThat(update.addresses()).hasSize(1);
        return test.engine.steps() - before;
    }

    @Test
    void withoutTheFeatureOtherClustersAreNotLookedAt() {
        String mine = cluster("", "here", service("10.96.0.2", "true"));
        Map<ObjectKey, KubeObject> all = new HashMap<>(objects(mine));
        all.putAll(objects(cluster("west", "here", service("10.96.0.3", "true") + pod("b", "10.2.0.1", "y"))));
        AmbientEngine without = new AmbientEngine(MeshSettings.DEFAULT);

        without.apply(all, List.of());

        assertThat(without.state().addresses()).containsOnlyKeys(WEB);
        assertThat(vips(service(without.state()))).containsExactly("here/10.96.0.2");
    }

    @Test
    void namespaceThatTheirClusterHidesIsHiddenThereOnly() {
        String selecting = MESH.replace(
                "serviceScopeConfigs", "discoverySelectors: [{matchLabels: {seen: 'yes'}}]\\nserviceScopeConfigs");
        String mine =
                "\n" + selecting + namespaces("here").replace("{name: shop}", "{name: shop, labels: {seen: 'yes'}}")
                        + service("10.96.0.2", "true");

        assertThat(state(mine, cluster("west", "here", service("10.96.0.3", "true") + pod("b", "10.2.0.1", "y")))
                        .addresses())
                .containsOnlyKeys(WEB);
    }

    /** Returns what the objects of clusters come to, each given as one text that begins with the line of its ID. */
    private static MeshState state(String... clusters) {
        Map<ObjectKey, KubeObject> all = new TreeMap<>();
        for (String cluster : clusters) {
            all.putAll(objects(cluster));
        }
        AmbientEngine anew = new AmbientEngine(SETTINGS);
        anew.apply(all, List.of());
        return anew.state();
    }

    private MeshUpdate apply(String cluster) {
        Map<ObjectKey, KubeObject> objects = objects(cluster);
        present.putAll(objects);
        return engine.apply(objects, List.of());
    }

    private static Map<ObjectKey, KubeObject> objects(String cluster) {
        int line = cluster.indexOf('\n');
        Map<ObjectKey, KubeObject> objects = new HashMap<>();
        for (KubeObject object : Objects.all(cluster.substring(line + 1))) {
            objects.put(object.key().in(cluster.substring(0, line)), object);
        }
        return objects;
    }

    private static String cluster(String id, String network, String objects) {
        return id + "\n" + (id.isEmpty() ? MESH : "") + namespaces(network) + objects;
    }

    private static String namespaces(String network) {
        return "{apiVersion: v1, kind: Namespace, metadata: {name: istio-system, labels: {topology.istio.io/network: "
                + network + "}}}\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n";
    }

    private static String service(String address, String global) {
        return "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {istio.io/global: '"
                + global + "'}}, spec: {clusterIP: " + address
                + ", selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}\n---\n";
    }

    private static String pod(String name, String address, String account) {
        return "{apiVersion: v1, kind: Pod, metadata: {name: " + name + ", namespace: shop, labels: {app: web}}, spec:"
                + " {nodeName: n, serviceAccountName: " + account + "}, status: {phase: Running, podIP: " + address
                + "}}\n---\n";
    }

    private static String eastWest(String network, String address) {
        return "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: east-west, namespace:"
                + " istio-system, labels: {topology.istio.io/network: " + network
                + "}}, spec: {gatewayClassName: istio-east-west, listeners: [{name: cross, port: 15008, protocol: HBONE,"
                + " tls: {mode: Terminate}}]}, status: {addresses: [{type: IPAddress, value: " + address
                + "}]}}\n---\n";
    }

    private static Service service(MeshState state) {
        return (Service) requireNonNull(state.addresses().get(WEB));
    }

    private static Workload workload(MeshState state, String name) {
        return (Workload) requireNonNull(state.addresses().get(name));
    }

    private static List<String> vips(Service service) {
        return service.vips().stream().map(NetworkAddress::toString).toList();
    }
}
