package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.PeerAuthentication;
import mesh.ambit.policy.Match;
import mesh.ambit.policy.Policy;
import mesh.ambit.policy.Policy.Clause;
import mesh.ambit.policy.Policy.Group;
import mesh.ambit.policy.StringMatch;
import org.junit.jupiter.api.Test;

class PeerAuthenticationConversionTest {
    private static final String STATIC = "istio-system/istio_converted_static_strict";
    private static final String CONVERTED = "shop/converted_peer_authentication_web";
    private static final Map<String, String> LABELS = Map.of("app", "web");
    private static final PeerAuthentication MESH_STRICT = Objects.peer("istio-system", "mesh", "mtls: {mode: STRICT}");

    private static final Clause NO_IDENTITY = clause(
            Match.builder().notPrincipals(List.of(new StringMatch.Presence())).build());

    @Test
    void staticPolicyIsThereAsSoonAsAnybodyAsks() {
        assertThat(conversion().policies()).isEmpty();
        assertThat(conversion(Objects.peer("shop", "a", "mtls: {mode: DISABLE}"))
                        .policies())
                .extracting(Policy::key)
                .containsExactly(STATIC);
    }

    @Test
    void modesAreInheritedFromMeshToNamespaceToWorkload() {
        PeerAuthentication unset = Objects.peer("shop", "ns", "mtls: {mode: UNSET}");
        PeerAuthentication permissive = Objects.peer("shop", "ns", "mtls: {mode: PERMISSIVE}");
        PeerAuthentication strict =
                Objects.peer("shop", "web", "selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}");

        assertThat(conversion(MESH_STRICT).keyFor("shop", LABELS)).isEqualTo(STATIC);
        assertThat(conversion(MESH_STRICT, unset).keyFor("shop", LABELS)).isEqualTo(STATIC);
        assertThat(conversion(MESH_STRICT, permissive).keyFor("shop", LABELS)).isNull();
        assertThat(conversion(MESH_STRICT, permissive, strict).keyFor("shop", LABELS))
                .isEqualTo(STATIC);
        assertThat(conversion(MESH_STRICT, permissive, strict).keyFor("shop", Map.of()))
                .isNull();
        assertThat(conversion(permissive).keyFor("bank", LABELS)).isNull();
    }

    @Test
    void theOldestOfOneLevelCounts() {
        String meta =
                "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: %s, namespace: shop, "
                        + "creationTimestamp: '%s'}, spec: {mtls: {mode: %s}}}\n---\n";
        List<PeerAuthentication> policies = Objects.set(meta.formatted("a", "2026-01-02T00:00:00Z", "STRICT")
                        + meta.formatted("b", "2026-01-01T00:00:00Z", "PERMISSIVE"))
                .peerAuthentications();

        assertThat(conversion(policies.toArray(PeerAuthentication[]::new)).keyFor("shop", LABELS))
                .isNull();
    }

    @Test
    void exceptionsOfAStrictWorkloadMakeAPolicyOfItsOwn() {
        PeerAuthenticationConversion conversion = conversion(
                workload("mtls: {mode: STRICT}, portLevelMtls: {9: {mode: DISABLE}, 8: {mode: PERMISSIVE}}"));

        assertThat(conversion.keyFor("shop", LABELS)).isEqualTo(CONVERTED);
        assertThat(groups(conversion)).containsExactly(new Group(List.of(NO_IDENTITY, notOn(8), notOn(9))));
    }

    @Test
    void exceptionsOfAnInheritedStrictModeKeepTheRestStrict() {
        PeerAuthenticationConversion conversion =
                conversion(MESH_STRICT, workload("portLevelMtls: {8: {mode: PERMISSIVE}}"));

        assertThat(conversion.keyFor("shop", LABELS)).isEqualTo(CONVERTED);
        assertThat(groups(conversion)).containsExactly(new Group(List.of(notOn(8), NO_IDENTITY)));
    }

    @Test
    void strictPortOfAPermissiveWorkloadIsStrictUnderAStrictMeshToo() {
        for (String mode : List.of("PERMISSIVE", "DISABLE")) {
            PeerAuthenticationConversion conversion =
                    conversion(MESH_STRICT, workload("mtls: {mode: " + mode + "}, portLevelMtls: {8: {mode: STRICT}}"));

            assertThat(conversion.keyFor("shop", LABELS)).isEqualTo(CONVERTED);
            assertThat(groups(conversion)).containsExactly(new Group(List.of(strictOn(8))));
        }
    }

    @Test
    void namespaceThatLeavesItUnsetInheritsTheMesh() {
        PeerAuthenticationConversion conversion = conversion(
                MESH_STRICT,
                Objects.peer("shop", "ns", "mtls: {mode: UNSET}"),
                workload("portLevelMtls: {8: {mode: PERMISSIVE}}"));

        assertThat(groups(conversion)).containsExactly(new Group(List.of(notOn(8), NO_IDENTITY)));
    }

    @Test
    void namespacePolicyMayHaveAnEmptySelector() {
        PeerAuthenticationConversion conversion = conversion(
                Objects.peer("shop", "ns", "selector: {matchLabels: {}}, mtls: {mode: STRICT}"),
                workload("portLevelMtls: {8: {mode: PERMISSIVE}}"));

        assertThat(conversion.keyFor("shop", Map.of())).isEqualTo(STATIC);
        assertThat(conversion.keyFor("shop", LABELS)).isEqualTo(CONVERTED);
        assertThat(groups(conversion)).containsExactly(new Group(List.of(notOn(8), NO_IDENTITY)));
    }

    @Test
    void strictWorkloadSaysOnlyOnceWhatAnEmptySelectorSaysToo() {
        String exception = "mtls: {mode: STRICT}, portLevelMtls: {8: {mode: PERMISSIVE}}";

        assertThat(groups(conversion(
                        Objects.peer("shop", "ns", "selector: {}, mtls: {mode: STRICT}"), workload(exception))))
                .containsExactly(new Group(List.of(NO_IDENTITY, notOn(8))));
        assertThat(groups(conversion(Objects.peer("shop", "ns", "mtls: {mode: STRICT}"), workload(exception))))
                .containsExactly(new Group(List.of(NO_IDENTITY, notOn(8), NO_IDENTITY)));
    }

    @Test
    void policyThatNobodyListsFollowsPoliciesWithoutSelector() {
        PeerAuthenticationConversion conversion = conversion(
                MESH_STRICT,
                Objects.peer("shop", "ns", "selector: {}, mtls: {mode: PERMISSIVE}"),
                workload("portLevelMtls: {8: {mode: PERMISSIVE}}"));

        assertThat(conversion.keyFor("shop", LABELS)).isNull();
        assertThat(groups(conversion)).containsExactly(new Group(List.of(notOn(8), NO_IDENTITY)));
    }

    @Test
    void portsThatFollowFromTheModeNeedNoPolicy() {
        assertThat(groups(conversion(workload("mtls: {mode: STRICT}, portLevelMtls: {8: {mode: STRICT}}"))))
                .isEmpty();
        assertThat(groups(conversion(workload("mtls: {mode: DISABLE}, portLevelMtls: {8: {mode: PERMISSIVE}}"))))
                .isEmpty();
        assertThat(groups(conversion(MESH_STRICT, workload("portLevelMtls: {8: {mode: STRICT}, 9: {}}"))))
                .isEmpty();
    }

    @Test
    void rootNamespaceHasNoWorkloadPolicies() {
        PeerAuthenticationConversion conversion = conversion(Objects.peer(
                "istio-system",
                "web",
                "selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}, portLevelMtls: {8: {mode: DISABLE}}"));

        assertThat(conversion.keyFor("istio-system", LABELS)).isNull();
        assertThat(conversion.keyFor("shop", LABELS)).isNull();
        assertThat(conversion.policies()).extracting(Policy::key).containsExactly(STATIC);
    }

    @Test
    void emptySelectorInTheRootNamespaceIsForThatNamespaceOnly() {
        PeerAuthenticationConversion conversion =
                conversion(Objects.peer("istio-system", "own", "selector: {}, mtls: {mode: STRICT}"));

        assertThat(conversion.keyFor("istio-system", LABELS)).isEqualTo(STATIC);
        assertThat(conversion.keyFor("shop", LABELS)).isNull();
    }

    private static PeerAuthentication workload(String spec) {
        return Objects.peer("shop", "web", "selector: {matchLabels: {app: web}}, " + spec);
    }

    private static PeerAuthenticationConversion conversion(PeerAuthentication... policies) {
        return new PeerAuthenticationConversion(
                new PeerAuthentications(List.of(policies), "istio-system"), "istio-system");
    }

    private static List<Group> groups(PeerAuthenticationConversion conversion) {
        return conversion.policies().stream()
                .filter(policy -> policy.key().equals(CONVERTED))
                .flatMap(policy -> policy.groups().stream())
                .toList();
    }

    private static Clause notOn(int port) {
        return clause(Match.builder().notDestinationPorts(List.of(port)).build());
    }

    private static Clause strictOn(int port) {
        return clause(Match.builder()
                .notPrincipals(List.of(new StringMatch.Presence()))
                .destinationPorts(List.of(port))
                .build());
    }

    private static Clause clause(Match match) {
        return new Clause(List.of(match));
    }
}
