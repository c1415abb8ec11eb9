package mesh.ambit.node.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("netns")
class EmbeddedFabricIT {
    @TempDir
    Path temporary;

    private NodeSetupLab lab;

    @BeforeEach
    void makeLab() throws IOException {
        lab = NodeSetupLab.make(temporary);
    }

    @AfterEach
    void removeLab() {
        lab.close();
    }

    @Test
    void isMadeExtendedAndRemoved() {
        lab.machine.run(EmbeddedFabricMain.class, "ensure");
        lab.machine.run(EmbeddedFabricMain.class, "attach", "ambit_ztunnel_a", "10.77.0.11", "fd77::11");
        lab.machine.run(EmbeddedFabricMain.class, "attach", "ambit_ztunnel_a", "10.77.0.11", "fd77::11");
        assertThat(lab.machine.namespaces()).containsExactlyInAnyOrder("ambit-fabric", "ambit_ztunnel_a");
        assertThat(lab.inside("ambit_ztunnel_a", "ip", "-o", "address", "show", "dev", "eth0"))
                .contains("10.77.0.11/32", "fd77::11/128");

        lab.machine.run(EmbeddedFabricMain.class, "remove", "ambit_ztunnel_a");
        assertThat(lab.machine.namespaces()).containsExactly("ambit-fabric");
        assertThat(lab.inside("ambit-fabric", "ip", "-o", "link", "show", "master", "br0"))
                .isEmpty();

        lab.machine.run(EmbeddedFabricMain.class, "attach", "ambit_ztunnel_b", "10.77.0.12");
        lab.machine.run(EmbeddedFabricMain.class, "sweep");
        assertThat(lab.machine.namespaces()).isEmpty();
    }
}
