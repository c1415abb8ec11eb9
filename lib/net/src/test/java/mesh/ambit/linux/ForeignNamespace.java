package mesh.ambit.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;

/** A network namespace for a test, held by a process of ours that waits in it. */
final class ForeignNamespace implements AutoCloseable {
    private final Process holder;

    private ForeignNamespace(Process holder) {
        this.holder = holder;
    }

    /** Makes one with loopback up; aborts the test where that is not allowed, except in a CI. */
    static ForeignNamespace make() throws IOException {
        Process holder = new ProcessBuilder("unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat")
                .redirectErrorStream(true)
                .start();
        String answer = holder.inputReader(UTF_8).readLine();
        if (!"up".equals(answer)) {
            holder.destroyForcibly();
            if (System.getenv("CI") != null) {
                fail("cannot make network namespaces: %s", answer);
            }
            abort("cannot make network namespaces: " + answer);
        }
        return new ForeignNamespace(holder);
    }

    Path path() {
        return Path.of("/proc/" + holder.pid() + "/ns/net");
    }

    @Override
    public void close() {
        holder.destroyForcibly().onExit().join();
    }
}
