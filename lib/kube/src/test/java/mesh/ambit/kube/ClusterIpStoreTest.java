package mesh.ambit.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterIpStoreTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        ClusterIpStore store = new ClusterIpStore(folder.resolve("cluster-ips.yaml"));
        Map<String, List<String>> addresses =
                Map.of("shop/web", List.of("10.96.1.1", "fd77:96::101"), "bank/web", List.of("10.96.1.2"));

        store.write(addresses);

        assertThat(store.read()).isEqualTo(addresses);
        assertThat(Files.readString(folder.resolve("cluster-ips.yaml"))).isEqualTo("""
                bank/web:
                  - "10.96.1.2"
                shop/web:
                  - "10.96.1.1"
                  - "fd77:96::101"
                """);
        assertThat(folder).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void noFileMeansNoAddresses() throws IOException {
        assertThat(new ClusterIpStore(folder.resolve("none.yaml")).read()).isEmpty();
    }

    @Test
    void brokenFileIsNotOverlooked() throws IOException {
        Path file = Files.writeString(folder.resolve("cluster-ips.yaml"), "a: [");

        assertThatThrownBy(() -> new ClusterIpStore(file).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cluster-ips.yaml:");
    }
}
