package mesh.ambit.istiod.ambient;

import static org.assertj.core.api.Assertions.assertThat;

import mesh.ambit.kube.Pod;
import mesh.ambit.model.Port;
import org.junit.jupiter.api.Test;

class ServicePortsTest {
    private static final Pod POD = Objects.pod("uid: u", """
            spec: {
              containers: [{ports: [{name: http, containerPort: 8080, protocol: TCP},
                                    {name: dns, containerPort: 5353, protocol: UDP}]}],
              initContainers: [{restartPolicy: Always, ports: [{name: side, containerPort: 9, protocol: TCP},
                                                              {name: http, containerPort: 10, protocol: TCP}]},
                               {ports: [{name: once, containerPort: 11, protocol: TCP}]}]}
            """);

    @Test
    void numbersAreTakenAsTheyAre() {
        ServicePorts ports =
                ports("{port: 80, targetPort: 8000}, {name: b, port: 81}, {port: 53, protocol: UDP, targetPort: 54}");

        assertThat(ports.in(POD)).containsExactly(Port.of(80, 8000), Port.of(81, 0), Port.of(53, 54));
        assertThat(ports.ofService()).extracting(Port::targetPort).containsExactly(8000, 0, 54);
    }

    @Test
    void namesAreLookedUpInTheContainers() {
        ServicePorts ports = ports("{name: a, port: 80, targetPort: http}, {name: b, port: 81, targetPort: side}");

        assertThat(ports.in(POD)).containsExactly(Port.of(80, 8080), Port.of(81, 9));
        assertThat(ports.ofService()).extracting(Port::targetPort).containsExactly(0, 0);
    }

    @Test
    void namesThatLeadNowhereDropThePort() {
        assertThat(ports("{port: 80, targetPort: dns}, {port: 81, targetPort: once}, {port: 82, targetPort: none}")
                        .in(POD))
                .isEmpty();
    }

    @Test
    void ofTwoPortsWithOneNumberTheLastNamesCount() {
        assertThat(ports("{name: a, port: 80, targetPort: 1}, {name: b, port: 80, targetPort: http}")
                        .in(POD))
                .containsExactly(Port.of(80, 8080), Port.of(80, 8080));
        assertThat(ports("{name: a, port: 80, targetPort: http}, {name: b, port: 80, targetPort: 1}")
                        .in(POD))
                .containsExactly(Port.of(80, 0), Port.of(80, 1));
        assertThat(ports("{name: a, port: 80, targetPort: 2}, {name: b, port: 80, targetPort: 1}")
                        .in(POD))
                .containsExactly(Port.of(80, 2), Port.of(80, 1));
    }

    @Test
    void slicesAreMatchedByPortName() {
        ServicePorts ports = ports("{name: a, port: 80}, {name: b, port: 81}, {port: 82}, {name: c, port: 83}");

        assertThat(
                        ports.in(
                                Objects.slice(
                                        "s",
                                        "web",
                                        "ports: [{name: a, port: 1, protocol: TCP}, {name: b, port: 2, protocol: UDP},"
                                                + " {name: '', port: 3, protocol: TCP}, {name: c, protocol: TCP}, {port: 5, protocol: TCP}]")))
                .containsExactly(Port.of(80, 1), Port.of(82, 3));
    }

    private static ServicePorts ports(String ports) {
        return ServicePorts.of(Objects.service("web", "ports: [" + ports + "]"));
    }
}
