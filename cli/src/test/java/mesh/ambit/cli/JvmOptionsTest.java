package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The JVM takes a name that does not exist without a word. */
final class JvmOptionsTest {
    private static final String JOINT = "-XX:CompileCommand=dontinline,";

    @Test
    void everyJointOfTheDataPathIsAMethodOfToday() throws Exception {
        List<String> joints = options()
                .filter(line -> line.startsWith(JOINT))
                .map(line -> line.substring(JOINT.length()))
                .toList();
        assertThat(joints).isNotEmpty();
        for (String joint : joints) {
            String[] name = joint.split("::", -1);
            Class<?> owner = Class.forName(name[0], false, getClass().getClassLoader());
            assertThat(owner.getDeclaredMethods())
                    .as(joint)
                    .anyMatch(method -> method.getName().equals(name[1]));
        }
    }

    private static Stream<String> options() throws IOException {
        return Files.readAllLines(Path.of(System.getProperty("ambit.jvm.options"))).stream();
    }
}
