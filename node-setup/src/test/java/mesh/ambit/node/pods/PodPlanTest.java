package mesh.ambit.node.pods;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import mesh.ambit.kube.KubeObject;
import mesh.ambit.kube.Namespace;
import mesh.ambit.kube.ObjectMeta;
import mesh.ambit.kube.ObjectSet;
import mesh.ambit.kube.Pod;
import mesh.ambit.node.rules.CaptureOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodPlanTest {
    private static final CaptureOptions DEFAULTS = new CaptureOptions(true, true, false, true, List.of());
    private static final PodKey WEB = new PodKey("shop", "web");

    @Test
    void podsOfOtherNodesAndPodsThatHaveEndedAreLeftOut() {
        PodPlan plan = plan(
                pod("shop", "web", Map.of(), Map.of(), "local"),
                pod("shop", "unplaced", Map.of(), Map.of(), ""),
                pod("shop", "elsewhere", Map.of(), Map.of(), "other"),
                ended("job"));

        assertThat(plan.pods().keySet()).containsExactly(new PodKey("shop", "unplaced"), WEB);
        assertThat(plan.refused()).isEmpty();
    }

    @Test
    void serviceAccountIsFilledIn() {
        assertThat(web(plan(pod("shop", "web", Map.of(), Map.of(), "local"))).serviceAccount())
                .isEqualTo("default");
    }

    @Test
    void labelOfTheNamespaceCountsUnlessThePodSaysOtherwise() {
        Namespace ambient = namespace(Map.of("istio.io/dataplane-mode", "ambient"));
        Pod silent = pod("shop", "web", Map.of(), Map.of(), "local");
        Pod optedOut = pod("shop", "web", Map.of("istio.io/dataplane-mode", "none"), Map.of(), "local");
        Pod optedIn = pod("shop", "web", Map.of("istio.io/dataplane-mode", "ambient"), Map.of(), "local");
        Pod withSidecar = pod(
                "shop",
                "web",
                Map.of("istio.io/dataplane-mode", "ambient"),
                Map.of("sidecar.istio.io/status", "{}"),
                "local");

        assertThat(web(plan(ambient, silent)).inMesh()).isTrue();
        assertThat(web(plan(ambient, optedOut)).inMesh()).isFalse();
        assertThat(web(plan(ambient, withSidecar)).inMesh()).isFalse();
        assertThat(web(plan(namespace(Map.of()), optedIn)).inMesh()).isTrue();
        assertThat(web(plan(namespace(Map.of()), silent)).inMesh()).isFalse();
        assertThat(web(plan(silent)).inMesh()).isFalse();
    }

    @Test
    void annotationsShapeTheRules() {
        PodSpec web = web(plan(pod(
                "shop",
                "web",
                Map.of(),
                Map.of(
                        "ambient.istio.io/bypass-inbound-capture",
                        "T",
                        "istio.io/reroute-virtual-interfaces",
                        "vnet0, vnet1"),
                "local")));

        assertThat(web.capture().bypassInbound()).isTrue();
        assertThat(web.capture().virtualInterfaces()).containsExactly("vnet0", "vnet1");
    }

    @ParameterizedTest
    @CsvSource({"true,false,false", "true,F,false", "false,1,true", "true,off,true", "false,yes,false", "true,'',true"})
    void annotationAboutDnsCountsBeforeTheNodesSetting(boolean node, String annotation, boolean captured) {
        Pod pod = pod("shop", "web", Map.of(), Map.of("ambient.istio.io/dns-capture", annotation), "local");

        PodPlan plan =
                PodPlan.of(ObjectSet.of(List.of(pod)), "local", new CaptureOptions(true, true, false, node, List.of()));

        assertThat(web(plan).capture().dns()).isEqualTo(captured);
    }

    @Test
    void hostNetworkIsLeftAlone() {
        Pod plain = pod("shop", "web", Map.of(), Map.of(), "local");
        Pod host = new Pod(plain.metadata(), "", "local", true, List.of(), List.of(), Pod.Status.UNKNOWN);

        PodPlan plan = plan(host);

        assertThat(plan.hostNetwork()).containsExactly(WEB);
        assertThat(plan.pods()).isEmpty();
        assertThat(plan.refused()).isEmpty();
    }

    @Test
    void namesThatMeanTheSameNamespaceAreRefused() {
        PodPlan plan = plan(
                pod("shop", "web-a", Map.of(), Map.of(), "local"), pod("shop-web", "a", Map.of(), Map.of(), "local"));

        assertThat(plan.pods().keySet()).containsExactly(new PodKey("shop", "web-a"));
        assertThat(plan.refused())
                .containsEntry(
                        new PodKey("shop-web", "a"),
                        "its network namespace would be /run/netns/ambit-shop-web-a, which is that of shop/web-a already; rename"
                                + " one of them");
    }

    @Test
    void namespaceOfAnotherPodIsNotAdopted() {
        PodPlan plan = plan(
                pod("shop", "a", Map.of(), Map.of("ambit.mesh/netns", "mine"), "local"),
                pod("shop", "b", Map.of(), Map.of("ambit.mesh/netns", "/run/netns/mine"), "local"));

        assertThat(plan.pods().keySet()).containsExactly(new PodKey("shop", "a"));
        assertThat(plan.refused()).containsKey(new PodKey("shop", "b"));
    }

    @Test
    void addressOfAnotherPodIsRefused() {
        PodPlan plan = plan(addressed("a", "10.77.9.9"), addressed("b", "10.77.9.9"));

        assertThat(plan.refused())
                .containsEntry(new PodKey("shop", "b"), "its address 10.77.9.9 is that of shop/a already");
    }

    @Test
    void nameThatIsNoInterfaceRefusesThePodOnly() {
        PodPlan plan = plan(
                pod("shop", "bad", Map.of(), Map.of("istio.io/reroute-virtual-interfaces", "a b"), "local"),
                pod("shop", "web", Map.of(), Map.of(), "local"));

        assertThat(plan.pods().keySet()).containsExactly(WEB);
        assertThat(plan.refused()).containsKey(new PodKey("shop", "bad"));
    }

    private static PodPlan plan(KubeObject... objects) {
        return PodPlan.of(ObjectSet.of(new ArrayList<>(Arrays.asList(objects))), "local", DEFAULTS);
    }

    private static PodSpec web(PodPlan plan) {
        return requireNonNull(plan.pods().get(WEB), "web is not planned");
    }

    private static Namespace namespace(Map<String, String> labels) {
        return new Namespace(ObjectMeta.of("", "shop").withLabels(labels));
    }

    private static Pod addressed(String name, String address) {
        return new Pod(
                ObjectMeta.of("shop", name),
                "",
                "local",
                false,
                List.of(),
                List.of(),
                new Pod.Status("", address, List.of(), false));
    }

    private static Pod ended(String name) {
        return new Pod(
                ObjectMeta.of("shop", name),
                "",
                "local",
                false,
                List.of(),
                List.of(),
                new Pod.Status("Succeeded", "", List.of(), false));
    }

    private static Pod pod(
            String namespace, String name, Map<String, String> labels, Map<String, String> annotations, String node) {
        return new Pod(
                ObjectMeta.of(namespace, name).withLabels(labels).withAnnotations(annotations),
                "",
                node,
                false,
                List.of(),
                List.of(),
                Pod.Status.UNKNOWN);
    }
}
