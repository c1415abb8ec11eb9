package mesh.ambit.istiod.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What tests on a real API server begin with: a namespace for a controller, with the rights that the chart gives it. */
abstract class KubeLab {
    @TempDir
    Path directory;

    KubeCluster cluster;
    Path kubeconfig;
    String namespace;

    @BeforeEach
    void install() throws IOException {
        cluster = new KubeCluster();
        cluster.installRights();
        kubeconfig = cluster.kubeconfig(directory.resolve("kubeconfig"), "istiod-lite");
        namespace = cluster.namespace;
    }

    @AfterEach
    void remove() throws IOException {
        cluster.close();
    }

    /** Starts a controller whose files are in a folder of that name. */
    ControllerLab start(String name) throws IOException {
        return new ControllerLab(directory.resolve(name))
                .start(kubeconfig, Map.of("POD_NAMESPACE", namespace, "PILOT_DEBOUNCE_AFTER", "20ms"));
    }
}
