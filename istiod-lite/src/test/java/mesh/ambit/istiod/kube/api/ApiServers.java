package mesh.ambit.istiod.kube.api;

import java.time.Duration;
import org.jspecify.annotations.NullMarked;

/** API servers for tests of other packages. */
@NullMarked
public final class ApiServers {
    private ApiServers() {}

    /** So long does a slow machine have, and a fake that holds one request back until there is another. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Reaches the server at {@code url}, which answers sooner or later. */
    public static ApiServer at(String url) {
        return ApiServer.at(url, PATIENCE);
    }
}
