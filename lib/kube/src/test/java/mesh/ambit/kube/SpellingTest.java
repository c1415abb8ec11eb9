package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mesh.ambit.kube.PeerAuthentication.Mode;
import mesh.ambit.kube.ServiceEntry.Resolution;
import org.junit.jupiter.api.Test;

/** What a store that nobody guards may hold of one and the same object. */
class SpellingTest {
    private static final String ENTRY = "{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: e},"
            + " spec: {hosts: [a.example], resolution: STATIC, %s}}";
    private static final String PEER = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication,"
            + " metadata: {name: p}, spec: {selector: {matchLabels: {app: a}}, portLevelMtls: {%s: {mode: %s}}}}";
    private static final String POLICY = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy,"
            + " metadata: {name: a}, spec: {rules: [%s]}}";

    @Test
    void objectsOfIstioMayUseTheNamesOfTheirMessages() {
        ServiceEntry entry = (ServiceEntry) stored(ENTRY.formatted("subject_alt_names: [san],"
                + " ports: [{number: 80, target_port: 8080}], endpoints: [{address: 10.0.0.1, service_account: sa}]"));
        AuthorizationPolicy policy = (AuthorizationPolicy)
                stored(POLICY.formatted("{from: [{source: {not_principals: [x], ip_blocks: [10.0.0.1]}}]}"));

        assertThat(entry.subjectAltNames()).containsExactly("san");
        assertThat(entry.ports().getFirst().targetPort()).isEqualTo(8080);
        assertThat(entry.endpoints().getFirst().serviceAccount()).isEqualTo("sa");
        assertThat(policy.rules().getFirst().from().getFirst().principals().none())
                .containsExactly("x");
        assertThat(policy.rules().getFirst().from().getFirst().ipBlocks().any()).containsExactly("10.0.0.1");
    }

    @Test
    void targetsHaveOneSpelling() {
        AuthorizationPolicy policy = (AuthorizationPolicy)
                stored(POLICY.formatted("{}").replace("rules:", "target_ref: {kind: Gateway, name: g}, rules:"));

        assertThat(policy.targetRefs()).isEmpty();
    }

    @Test
    void objectsOfKubernetesMayNot() {
        Pod pod = (Pod) stored("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {node_name: n1}}");

        assertThat(pod.nodeName()).isEmpty();
    }

    @Test
    void wholeNumbersOfIstioMayStandInQuotes() {
        ServiceEntry entry = (ServiceEntry) stored(ENTRY.formatted("ports: [{number: \"80\", targetPort: \" 8080 \"}],"
                + " endpoints: [{address: 10.0.0.1, weight: \"4294967295\", ports: {http: \"99\"}}]"));

        assertThat(entry.ports()).containsExactly(new ServiceEntry.Port(80, "", "", 8080));
        assertThat(entry.endpoints().getFirst().weight()).isEqualTo(-1);
        assertThat(entry.endpoints().getFirst().ports()).isEqualTo(Map.of("http", 99));
        for (String number :
                List.of("\"080\"", "\"+80\"", "\"8e1\"", "\"-1\"", "-1", "80.5", "\"4294967296\"", "\"\"")) {
            assertThat(KubeYaml.parse(ENTRY.formatted("ports: [{number: " + number + "}]"), "f", Reading.AS_STORED)
                            .problems())
                    .as(number)
                    .hasSize(1);
        }
    }

    @Test
    void itemThatIsNullIsOneWithNothingInIt() {
        Pod pod = (Pod) stored("{apiVersion: v1, kind: Pod, metadata: {name: p, ownerReferences: [null]},"
                + " spec: {containers: [null, {ports: [null, {containerPort: 80}]}]},"
                + " status: {podIPs: [{ip: 10.0.0.1}], conditions: [null, {type: Ready, status: \"True\"}]}}");
        Service service = (Service) stored("{apiVersion: v1, kind: Service, metadata: {name: s},"
                + " spec: {clusterIPs: [null, 10.0.0.2], ports: [null, {port: 80}]}}");
        AuthorizationPolicy policy =
                (AuthorizationPolicy) stored(POLICY.formatted("null, {from: [{source: {namespaces: [null, x]}}]}"));

        assertThat(pod.status().ready()).isTrue();
        assertThat(pod.containers()).hasSize(2);
        assertThat(service.clusterIps()).containsExactly("", "10.0.0.2");
        assertThat(service.ports()).extracting(Service.Port::port).containsExactly(0, 80);
        assertThat(policy.rules()).hasSize(2);
        assertThat(policy.rules().get(1).from().getFirst().namespaces().any()).containsExactly("", "x");
    }

    @Test
    void portsOfAPolicyMayHaveAllTheirBits() {
        PeerAuthentication peer = (PeerAuthentication) stored(PEER.formatted("\"4294967295\"", "STRICT")
                .replace("portLevelMtls: {", "portLevelMtls: {\"0\": {mode: DISABLE}, \" 80\": {mode: STRICT}, "));

        assertThat(peer.portLevelMtls().keySet()).containsExactly(0, 80, -1);
        for (String port : List.of("\"4294967296\"", "\"080\"", "\"+80\"", "\"-1\"", "http")) {
            assertThat(KubeYaml.parse(PEER.formatted(port, "STRICT"), "f", Reading.AS_STORED)
                            .problems())
                    .as(port)
                    .hasSize(1);
        }
    }

    @Test
    void numberOfAWordThatNobodyKnowsYetIsRead() {
        assertThat(((PeerAuthentication) stored(PEER.formatted("\"80\"", "9"))).portLevelMtls())
                .containsExactly(Map.entry(80, Mode.UNSET));
        assertThat(((ServiceEntry) stored(ENTRY.replace("STATIC", "9").formatted("exportTo: []"))).resolution())
                .isEqualTo(Resolution.STATIC);
    }

    @Test
    void nothingOfThisHoldsWhereObjectsAreChecked() {
        for (String text : List.of(
                ENTRY.formatted("subject_alt_names: [san], ports: [{number: 80, name: http}]"),
                ENTRY.formatted("ports: [{number: \"80\", name: http}]"),
                ENTRY.formatted("ports: [null]"),
                PEER.formatted("\"4294967295\"", "STRICT"),
                PEER.formatted("\"80\"", "9"))) {
            assertThat(KubeYaml.parse(text, "f", Reading.CHECKED).problems())
                    .as(text)
                    .isNotEmpty();
        }
    }

    private static KubeObject stored(String text) {
        KubeYaml.Parsed parsed = KubeYaml.parse(text, "f", Reading.AS_STORED);
        assertThat(parsed.problems()).as(text).isEmpty();
        return parsed.objects().getFirst();
    }
}
