package mesh.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The start-up caches of the build fit what the launcher starts, whatever was packaged since. One that does not fit is passed over without a word, and every start takes twice the processor time.
 */
class StartCacheIT {
    private static final Path DIST = Path.of("target/ambit");

    @ParameterizedTest
    @ValueSource(strings = {"ztunnel", "istiod-lite", "node-setup"})
    void programStartsFromItsCache(String program) throws Exception {
        assumeTrue(isTrained(), "this build has no caches");
        ProcessBuilder builder = new ProcessBuilder("../ambit", program, "--version").redirectErrorStream(true);
        builder.environment().put("AMBIT_NO_BUILD", "1");
        // With this the virtual machine refuses to start without it.
        builder.environment().put("AMBIT_JAVA_OPTS", "-XX:AOTMode=on");

        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).startsWith("ambit ");
    }

    private static boolean isTrained() throws IOException {
        Path trained = DIST.resolve("trained");
        return Files.exists(trained) && Files.readString(trained).strip().equals("made");
    }
}
