package mesh.ambit.istiod.kube.api;

import java.time.Duration;
import org.jspecify.annotations.NullMarked;

/** API servers for tests of other packages. */
@NullMarked
public final class ApiServers {
    private ApiServers() {}

    public static ApiServer at(String url, Duration patience) {
        return ApiServer.at(url, patience);
    }
}
