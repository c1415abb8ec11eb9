package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DefaultsTest {
    @Test
    void podsGetAServiceAccountANodeAndProtocols() {
        Pod pod = (Pod) filled("""
                {apiVersion: v1, kind: Pod, metadata: {name: a},
                 spec: {containers: [{name: c, ports: [{containerPort: 80}, {containerPort: 53, protocol: UDP}]}]}}
                """);

        assertThat(pod.serviceAccountName()).isEqualTo("default");
        assertThat(pod.nodeName()).isEqualTo("local");
        assertThat(pod.containers().getFirst().ports())
                .extracting(Pod.ContainerPort::protocol)
                .containsExactly("TCP", "UDP");
    }

    @Test
    void podsThatAnApiServerHasSeenWaitForTheirNode() {
        Pod pod = (Pod) filled("{apiVersion: v1, kind: Pod, metadata: {name: a, uid: 6f1c}, spec: {}}");

        assertThat(pod.nodeName()).isEmpty();
    }

    @Test
    void servicePortsGetAProtocolAndATarget() {
        Service service = (Service) filled("""
                {apiVersion: v1, kind: Service, metadata: {name: a},
                 spec: {ports: [{name: a, port: 80}, {name: b, port: 81, targetPort: http}]}}
                """);

        assertThat(service.ports())
                .containsExactly(
                        new Service.Port("a", "TCP", null, 80, new Service.TargetPort.Numbered(80)),
                        new Service.Port("b", "TCP", null, 81, new Service.TargetPort.Named("http")));
    }

    @Test
    void slicesWrittenByHandFindTheUidOfTheirPod() {
        ObjectSet objects =
                ObjectSet.of(KubeYaml.parse("""
                {apiVersion: v1, kind: Pod, metadata: {name: p, uid: u-1}}
                ---
                {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s}, addressType: IPv4,
                 endpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: p}}], ports: [{port: 80}]}
                """, "f.yaml", Reading.CHECKED).objects());

        EndpointSlice slice = Defaults.fill(objects).endpointSlices().getFirst();

        assertThat(slice.endpoints().getFirst().targetRef())
                .isEqualTo(new EndpointSlice.TargetRef("Pod", "default", "p", "u-1"));
        assertThat(slice.ports()).containsExactly(new EndpointSlice.Port("", 80, "TCP"));
    }

    private static KubeObject filled(String text) {
        KubeYaml.Parsed parsed = KubeYaml.parse(text, "f.yaml", Reading.CHECKED);
        assertThat(parsed.problems()).isEmpty();
        return Defaults.fill(ObjectSet.of(parsed.objects())).all().getFirst();
    }
}
