package mesh.ambit.istiod.proxyless;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import mesh.ambit.istiod.proxyless.Viewer.Claim;
import mesh.ambit.model.Workload;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which workload a server is, so that it is told whom to let in. */
class IdentificationTest {
    private static final String NAME = "xds.istio.io/grpc/lds/inbound/0.0.0.0:8080";
    private static final String POD = Meshes.pod("one", "web", "10.0.0.1");
    private static final String ON_ITS_NODE = POD.replace("spec: {", "spec: {hostNetwork: true, ");
    private static final String NETWORK = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: istio-system, labels: {topology.istio.io/network: near}}
            """;

    private static Viewer at(String address, Claim claim) {
        return Meshes.at(address, Map.of()).claiming(claim);
    }

    private static Claim says(String pod) {
        return new Claim(pod, "", null, false);
    }

    private static String who(Meshes mesh, Viewer viewer) {
        Workload found = Identification.of(mesh.mesh(), viewer).workload();
        assertThat(mesh.knows(viewer, ResourceKind.LISTENER, NAME)).isEqualTo(found != null);
        return found == null ? "" : found.name();
    }

    private static @Nullable String why(Meshes mesh, Viewer viewer) {
        return mesh.resources().unanswered(mesh.mesh(), viewer, ResourceKind.LISTENER, NAME);
    }

    @Test
    void aPodOnTheNetworkOfItsNodeIsKnownByItsName() {
        Meshes mesh =
                Meshes.of(ON_ITS_NODE, POD.replace("one", "two").replace("spec: {", "spec: {hostNetwork: true, "));

        assertThat(who(mesh, at("10.0.0.1", says("one")))).isEqualTo("one");
        assertThat(who(mesh, at("10.0.0.1", says("two")))).isEqualTo("two");
        assertThat(who(mesh, at("10.0.0.1", Claim.NONE))).as("either").isEmpty();
        assertThat(who(mesh, at("10.0.0.2", says("one"))))
                .as("has another address")
                .isEmpty();
        assertThat(why(mesh, at("10.0.0.2", says("one"))))
                .isEqualTo("pod shop/one has none of its addresses [10.0.0.2] but [10.0.0.1]");
    }

    @Test
    void whoNamesNoNetworkIsOnTheMeshsOwn() {
        Meshes mesh = Meshes.of(NETWORK, POD);

        assertThat(mesh.mesh().network()).isEqualTo("near");
        assertThat(who(mesh, at("10.0.0.1", Claim.NONE))).isEqualTo("one");
        assertThat(why(mesh, at("10.0.0.9", says("nine"))))
                .isEqualTo("there is no pod shop/nine, and no workload of namespace shop with one of its addresses "
                        + "[10.0.0.9] on network near");
    }

    @Test
    void aNameThatIsNotItsOwnHarmsNobodyWithAnAddress() {
        Meshes mesh = Meshes.of(POD, Meshes.pod("two", "web", "10.0.0.2"));

        assertThat(who(mesh, at("10.0.0.1", says("two")))).isEqualTo("one");
        assertThat(who(mesh, at("10.0.0.1", says("nobody")))).isEqualTo("one");
    }

    @Test
    void nobodyIsTakenForWhomHeWasProvedNotToBe() {
        Meshes mesh = Meshes.of(POD, Meshes.pod("two", "web", "10.0.0.2"));

        assertThat(who(mesh, at("10.0.0.1", new Claim("one", "", "web", false))))
                .isEqualTo("one");
        assertThat(who(mesh, at("10.0.0.1", new Claim("one", "", "other", false))))
                .isEmpty();
        assertThat(why(mesh, at("10.0.0.1", new Claim("one", "", "other", false))))
                .isEqualTo("shop/one runs as service account web, but it was proved to be other");
        assertThat(who(mesh, at("10.0.0.1", new Claim("two", "", "web", true))))
                .as("a proved pod at another's address")
                .isEmpty();
        assertThat(why(mesh, at("10.0.0.1", new Claim("three", "", "web", true))))
                .isEqualTo("shop/one has its address, but it was proved to be pod shop/three");
    }

    @Test
    void onlyServersThatAreNotAnsweredHaveAReason() {
        Meshes mesh = Meshes.of(POD);

        assertThat(requireNonNull(why(mesh, at("10.0.0.1", Claim.NONE)))).isEmpty();
        assertThat(mesh.resources().unanswered(mesh.mesh(), Meshes.client("shop"), ResourceKind.LISTENER, "nowhere:80"))
                .isNull();
        assertThat(mesh.resources()
                        .unanswered(
                                mesh.mesh(),
                                Meshes.client("shop"),
                                ResourceKind.LISTENER,
                                "xds.istio.io/grpc/lds/inbound/everywhere"))
                .isEqualTo("the name does not end with an address and a port");
    }
}
