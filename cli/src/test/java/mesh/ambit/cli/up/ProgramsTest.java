package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramsTest {
    private static final Path OWN_OPTIONS =
            Path.of(System.getProperty("ambit.jvm.options")).resolveSibling("istiod-lite.options");

    private final StateFolder state = new StateFolder(Path.of("/run/ambit"));
    private final Programs programs = new Programs(
            new Jvm(Path.of("/jdk/bin/java"), List.of("-Xmx1m"), "a.jar:b.jar"),
            state,
            Path.of("/shop"),
            Map.of("SECRET_TTL", "10s"),
            null);
    private final Instance instance = new Instance("node-a", 1, 11);

    @Test
    void theControllerRunsInTheFabricUnderItsTwoAddresses() {
        Program controller = programs.controller();

        assertThat(controller.namespace()).isEqualTo("ambit-fabric");
        assertThat(String.join(" ", controller.command()))
                .isEqualTo("/jdk/bin/java -Xmx1m @" + OWN_OPTIONS
                        + " -cp a.jar:b.jar mesh.ambit.cli.Main istiod-lite --folder /shop"
                        + " --state /run/ambit --address 10.77.0.1 --address fd77::1");
    }

    @Test
    void aNodeGetsABlockOfAddressesOfItsOwn() {
        Program nodeSetup = programs.nodeSetup(new MeshNode("node-b", 2), true);

        assertThat(nodeSetup.namespace()).isNull();
        assertThat(nodeSetup.command())
                .containsSequence("--node", "node-b", "--pod-cidr", "10.77.2.0/24", "--pod-cidr6", "fd77:0:0:2::/64");
        assertThat(nodeSetup.environment()).doesNotContainKey("AMBIENT_DNS_CAPTURE");
    }

    @Test
    void noRuleSendsDnsToAForeignZtunnel() {
        assertThat(programs.nodeSetup(new MeshNode("node-b", 2), false).environment())
                .containsEntry("AMBIENT_DNS_CAPTURE", "false");
    }

    @Test
    void aZtunnelIsToldWhatUpstreamsIsTold() {
        Program ztunnel = programs.ztunnel(instance);

        assertThat(ztunnel.namespace()).isEqualTo("ambit_ztunnel_node-a");
        assertThat(ztunnel.environment())
                .containsEntry("XDS_ADDRESS", "https://10.77.0.1:15012")
                .containsEntry("CA_ADDRESS", "https://10.77.0.1:15012")
                .containsEntry("XDS_ROOT_CA", "/run/ambit/root-cert.pem")
                .containsEntry("AUTH_TOKEN", "/run/ambit/nodes/node-a/token")
                .containsEntry("INPOD_UDS", "/run/ambit/nodes/node-a/ztunnel.sock")
                .containsEntry("INSTANCE_IP", "10.77.0.11")
                .containsEntry("POD_NAME", "ztunnel-node-a")
                .containsEntry("SECRET_TTL", "10s")
                .doesNotContainKey("ISTIO_META_DNS_CAPTURE");
    }

    @Test
    void aForeignZtunnelRunsItsCommandWithoutDnsCapture() {
        Program ztunnel = programs.foreignZtunnel(instance, "/opt/ztunnel --x");

        assertThat(ztunnel.command()).endsWith("sh", "/opt/ztunnel --x");
        assertThat(ztunnel.environment()).containsEntry("ISTIO_META_DNS_CAPTURE", "false");
        assertThat(ztunnel.name()).isEqualTo("ztunnel-node-a");
    }

    @Test
    void theSecondGenerationHasItsOwnNamespaceAndNameButTheSamePod() {
        Program next = programs.ztunnel(new Instance("node-a", 2, 13));

        assertThat(next.name()).isEqualTo("ztunnel-node-a-2");
        assertThat(next.namespace()).isEqualTo("ambit_ztunnel_node-a_2");
        assertThat(next.environment())
                .containsEntry("INSTANCE_IP", "10.77.0.13")
                .containsEntry("POD_NAME", "ztunnel-node-a");
    }

    @Test
    void theEnvironmentFileIsReadableByAShell() {
        Programs odd = new Programs(
                new Jvm(Path.of("java"), List.of(), "x"),
                new StateFolder(Path.of("/a 'b'")),
                Path.of("/shop"),
                Map.of(),
                null);

        assertThat(odd.environmentFile(instance))
                .contains("NODE_NAME=node-a\n")
                .contains("XDS_ROOT_CA='/a '\\''b'\\''/root-cert.pem'\n");
    }
}
