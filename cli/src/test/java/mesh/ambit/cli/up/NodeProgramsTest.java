package mesh.ambit.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mesh.ambit.linux.Spawner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeProgramsTest {
    private static final MeshNode NODE = new MeshNode("node-a", 1);

    @TempDir
    private Path folder = Path.of("");

    /** A fabric that remembers which instances hang on it, and that can refuse one more. */
    private static final class Network implements Fabric {
        final List<Instance> asked = new ArrayList<>();
        final List<Instance> removed = new ArrayList<>();
        boolean refuses;

        @Override
        public void create() {}

        @Override
        public void add(Instance instance) {
            asked.add(instance);
            if (refuses) {
                throw new IllegalStateException("no more links");
            }
        }

        @Override
        public void remove(Instance instance) {
            removed.add(instance);
        }

        @Override
        public void destroy() {}
    }

    @Test
    void aSuccessorThatCannotBeStartedLeavesTheOldOneInPlaceAndItsAddressToOthers() throws Exception {
        StateFolder state = new StateFolder(folder);
        Files.createDirectories(state.logs());
        Files.createDirectories(state.node(NODE.name()));
        Supervisor supervisor = new Supervisor(new Spawner(), state, true, InstantSource.system());
        Network network = new Network();
        NodePrograms nodes = new NodePrograms(
                new Programs(new Jvm(Path.of("java"), List.of(), ""), state, folder, Map.of(), null),
                state,
                supervisor,
                network,
                Map.of(NODE.name(), "exec sleep 100"));
        try {
            nodes.startZtunnel(NODE);
            network.refuses = true;

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> nodes.restartZtunnel(NODE.name(), _ -> {}))
                        .hasMessage("no more links");
            }

            Instance old = new Instance(NODE.name(), 1, 11);
            Instance next = new Instance(NODE.name(), 2, 12);
            assertThat(nodes.instance(NODE.name())).isEqualTo(old);
            assertThat(network.asked).containsExactly(old, next, next);
            assertThat(network.removed).containsExactly(next, next);
        } finally {
            supervisor.close(List.of(), Duration.ZERO);
        }
    }
}
