package mesh.ambit.ztunnel.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import mesh.ambit.config.Environment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyDefaultsTest {
    private static final String MESH = """
            rootNamespace: istio-system
            defaultConfig:
              discoveryAddress: istiod:15012
              proxyAdminPort: 15099
              statsPort: 15888
              concurrency: 0
              tracing: {zipkin: {address: zipkin:9411}}
              proxyMetadata: {ISTIO_META_FOO: foo, BOTH: mesh}
            """;

    @TempDir
    private Path folder;

    @Test
    void theEnvironmentsYamlLiesOverTheMeshs() throws IOException {
        Environment env = Environment.of(Map.of(
                "PROXY_CONFIG", "{proxyAdminPort: 15999, proxyMetadata: {BOTH: env}}", "ISTIO_META_SEEN", "yes"));

        ProxyDefaults defaults = ProxyDefaults.from(env, mesh(MESH));

        assertThat(env.problems()).isEmpty();
        assertThat(defaults.discoveryAddress()).isEqualTo("istiod:15012");
        assertThat(defaults.adminPort()).isEqualTo(15999);
        assertThat(defaults.statsPort()).isEqualTo(15888);
        assertThat(defaults.concurrency()).isZero();
        assertThat(defaults.metadata()).isEqualTo(Map.of("FOO", "foo", "BOTH", "env", "SEEN", "yes"));
    }

    @Test
    void withoutAFileAndWithAnEmptyVariableNothingIsSaid() {
        Environment env = Environment.of(Map.of("PROXY_CONFIG", ""));

        assertThat(ProxyDefaults.from(env, folder.resolve("none"))).isEqualTo(ProxyDefaults.NONE);
        assertThat(env.problems()).isEmpty();
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        Environment env = Environment.of(Map.of("PROXY_CONFIG", "{statsPort: 70000, proxyMetadata: {}}"));

        ProxyDefaults.from(env, mesh("defaultConfig: {statsPort: 1}"));

        assertThat(env.problems())
                .anyMatch(problem -> problem.startsWith("error parsing proxy config: failed parsing mesh config file")
                        && problem.contains("proxyMetadata is missing"))
                .anyMatch(problem -> problem.startsWith("error parsing proxy config: failed parsing proxy config env")
                        && problem.contains("statsPort"));
    }

    private Path mesh(String text) throws IOException {
        return Files.writeString(folder.resolve("mesh"), text);
    }
}
