package mesh.ambit.ztunnel.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import mesh.ambit.ztunnel.local.LocalMesh;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class MeshDumpTest {
    @Test
    void whatAWorkloadOfTheLocalFileLacksIsLeftOut() throws Exception {
        LocalMesh mesh = LocalMesh.parse("workloads:\n- {workloadIps: [10.0.0.1], namespace: a, services: {}}\n");

        assertThat(MeshDump.local(mesh).get("workloads"))
                .asInstanceOf(InstanceOfAssertFactories.list(Map.class))
                .singleElement(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsEntry("workloadIps", List.of("10.0.0.1"))
                .doesNotContainKey("uid");
    }
}
